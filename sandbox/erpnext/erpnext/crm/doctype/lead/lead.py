import frappe
from frappe import _
from frappe.model.mapper import get_mapped_doc
from frappe.utils import comma_and, validate_email_address

from erpnext.controllers.status_updater import StatusUpdater
from erpnext.crm.utils import _get_link, _set_contact_and_address


class Lead(StatusUpdater):
	def validate(self):
		self.set_full_name()
		self.set_lead_name()
		self.set_title()
		self.set_status()
		self.check_email_id_is_unique()
		self.validate_email_id()

	def before_insert(self):
		"""Make a contact, if CRM Settings say so."""
		self.contact_doc = None
		if frappe.db.get_single_value("CRM Settings", "auto_creation_of_contact"):
			self.contact_doc = self.create_contact()

	def after_insert(self):
		if self.contact_doc:
			self.contact_doc.append(
				"links", {"link_doctype": "Lead", "link_name": self.name, "link_title": self.lead_name}
			)
			self.contact_doc.save(ignore_permissions=True)

	def set_full_name(self):
		"""Put the parts of the person's name together."""
		if self.first_name:
			parts = (self.salutation, self.first_name, self.middle_name, self.last_name)
			self.lead_name = " ".join(part for part in parts if part)

	def set_lead_name(self):
		"""Take the organization's name or the email address where there is no person's name."""
		if self.lead_name:
			return
		if not (self.company_name or self.email_id or self.flags.ignore_mandatory):
			frappe.throw(_("A Lead requires either a person's name or an organization's name"))
		self.lead_name = self.company_name or (self.email_id or "").split("@")[0]

	def set_title(self):
		"""The organization's name goes before the person's."""
		self.title = self.company_name or self.lead_name

	def check_email_id_is_unique(self):
		"""No other lead has the email address, unless CRM Settings allow it."""
		if not self.email_id or frappe.db.get_single_value(
			"CRM Settings", "allow_lead_duplication_based_on_emails"
		):
			return
		others = frappe.get_all(
			"Lead", {"email_id": self.email_id, "name": ["!=", self.name]}, pluck="name", order_by="name"
		)
		if others:
			frappe.throw(
				_("Email Address must be unique, it is already used in {0}").format(comma_and(others)),
				frappe.DuplicateEntryError,
			)

	def validate_email_id(self):
		"""The email address is one, and not the owner's."""
		if not self.email_id:
			return
		if not self.flags.ignore_email_validation:
			validate_email_address(self.email_id, throw=True)
		if self.email_id == self.lead_owner:
			frappe.throw(_("Lead Owner cannot be same as the Lead Email Address"))

	def create_contact(self):
		"""Make and return a contact with the lead's name, email address and phone numbers."""
		self.set_full_name()
		self.set_lead_name()
		contact = frappe.new_doc("Contact")
		contact.update(
			{
				"first_name": self.first_name or self.lead_name,
				"last_name": self.last_name,
				"salutation": self.salutation,
				"gender": self.gender,
				"designation": self.job_title,
				"company_name": self.company_name,
			}
		)
		if self.email_id:
			contact.append("email_ids", {"email_id": self.email_id, "is_primary": 1})
		if self.phone:
			contact.append("phone_nos", {"phone": self.phone, "is_primary_phone": 1})
		if self.mobile_no:
			contact.append("phone_nos", {"phone": self.mobile_no, "is_primary_mobile_no": 1})
		return contact.insert(ignore_permissions=True)

	def has_customer(self):
		"""Return the customer made from the lead."""
		return frappe.db.get_value("Customer", {"lead_name": self.name})

	def has_opportunity(self):
		"""Return an opportunity of the lead that is not lost."""
		return frappe.db.get_value("Opportunity", {"party_name": self.name, "status": ["!=", "Lost"]})

	def has_quotation(self):
		"""Return a submitted quotation to the lead that is not lost."""
		return frappe.db.get_value(
			"Quotation", {"party_name": self.name, "docstatus": 1, "status": ["!=", "Lost"]}
		)

	def has_lost_quotation(self):
		"""Return a lost quotation to the lead."""
		return frappe.db.get_value("Quotation", {"party_name": self.name, "docstatus": 1, "status": "Lost"})


@frappe.whitelist()
def make_customer(source_name, target_doc=None):
	"""Map a lead to a new customer."""
	return _make_customer(source_name, target_doc)


def _make_customer(source_name, target_doc=None, ignore_permissions=False):
	def postprocess(source, target):
		target.customer_type = "Company" if source.company_name else "Individual"
		target.customer_name = source.company_name or source.lead_name

	return get_mapped_doc(
		"Lead",
		source_name,
		{"Lead": {"doctype": "Customer", "field_map": {"name": "lead_name"}, "field_no_map": ["disabled"]}},
		target_doc,
		postprocess,
		ignore_permissions=ignore_permissions,
	)


@frappe.whitelist()
def make_opportunity(source_name, target_doc=None):
	"""Map a lead to a new opportunity."""
	field_map = {
		"doctype": "opportunity_from",
		"name": "party_name",
		"lead_name": "contact_display",
		"company_name": "customer_name",
		"email_id": "contact_email",
		"mobile_no": "contact_mobile",
		"lead_owner": "opportunity_owner",
		"notes": "notes",
	}
	return get_mapped_doc(
		"Lead",
		source_name,
		{"Lead": {"doctype": "Opportunity", "field_map": field_map}},
		target_doc,
		_set_contact_and_address,
	)


@frappe.whitelist()
def make_quotation(source_name, target_doc=None):
	"""Map a lead to a new quotation."""
	quotation = get_mapped_doc(
		"Lead",
		source_name,
		{"Lead": {"doctype": "Quotation", "field_map": {"name": "party_name"}}},
		target_doc,
		_set_contact_and_address,
	)
	quotation.quotation_to = "Lead"
	quotation.run_method("set_missing_values")
	quotation.run_method("calculate_taxes_and_totals")
	return quotation


@frappe.whitelist()
def get_lead_details(lead, posting_date=None, company=None, doctype=None):
	"""Return what a sales document takes over from a lead."""
	if not lead:
		return {}
	doc = frappe.get_doc("Lead", lead)
	doc.check_permission("read")
	return frappe._dict(
		territory=doc.territory,
		customer_name=doc.company_name or doc.lead_name,
		contact_display=doc.lead_name,
		contact_email=doc.email_id,
		contact_mobile=doc.mobile_no,
		contact_phone=doc.phone,
		customer_address=_get_link("Address", "Lead", lead),
	)
