"""What differs between Frappe v15 and v16, decided once and here only."""

import frappe

MAJOR_VERSION = int(frappe.__version__.split(".", 1)[0])

# What a has_permission hook answers when it has nothing against the act. Up to v15 the first hook that
# answers anything ends the search, so that True would silence the hooks of other apps; from v16 on every
# hook has to answer, and None denies.
NO_OBJECTION = True if MAJOR_VERSION >= 16 else None
