"""Which DocTypes belong to a Presales Project. Read by hooks.py, so it imports nothing."""

PROJECT = "Presales Project"

# DocType -> the field that names the project it belongs to.
PROJECT_DOCTYPES = {
	PROJECT: "name",
	"Presales Initiation": "presales_project",
	"Presales Solution": "presales_project",
	"Presales Stage Log": "presales_project",
	"Presales Checklist Entry": "presales_project",
	"Presales Review": "presales_project",
	"Presales Review Opinion": "presales_project",
	"Presales Rectification": "presales_project",
	"Presales Guidance Note": "presales_project",
	"Presales Risk": "presales_project",
	"Presales Cost Estimate": "presales_project",
	"Presales Analysis Meeting": "presales_project",
	"Presales Document": "presales_project",
	"Presales Activity": "presales_project",
	"Presales Requirement": "presales_project",
	"Presales Change Request": "presales_project",
	"Presales Bid": "presales_project",
	"Presales Price Approval": "presales_project",
	"Presales Negotiation Round": "presales_project",
	"Presales Project Evaluation": "presales_project",
}

# Child table -> the DocTypes that hold it.
CHILD_DOCTYPES = {
	"Presales Project Member": PROJECT,
	"Presales Project Competitor": PROJECT,
	"Presales Project Stakeholder": PROJECT,
	"Presales Project Milestone": PROJECT,
	"Presales Classification Answer": "Presales Initiation",
	"Presales Initiation Basis": "Presales Initiation",
	"Presales Initiation Member": "Presales Initiation",
	"Presales Initiation Resource": "Presales Initiation",
	"Presales Solution Equipment": "Presales Solution",
	"Presales Solution Resource": "Presales Solution",
	"Presales Solution Quality Check": "Presales Solution",
	"Presales Solution Coverage": "Presales Solution",
	"Presales Reviewer": "Presales Review",
	"Presales Review Criterion": "Presales Review",
	"Presales Review Participant": "Presales Review",
	"Presales Review Score": "Presales Review Opinion",
	"Presales Review Condition": "Presales Review Opinion",
	"Presales Cost Line": "Presales Cost Estimate",
	"Presales Key Point": "Presales Guidance Note",
	"Presales Meeting Attendee": "Presales Analysis Meeting",
	"Presales Meeting Decision": "Presales Analysis Meeting",
	"Presales Meeting Action": "Presales Analysis Meeting",
	"Presales Requirement Change": "Presales Change Request",
	"Presales Bid Envelope Item": "Presales Bid",
	"Presales Bid Clarification": "Presales Bid",
	"Presales Bid Bidder": "Presales Bid",
	"Presales Evaluation Criterion": "Presales Project Evaluation",
	"Presales Member Performance": "Presales Project Evaluation",
}
