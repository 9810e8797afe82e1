"""The roles of this app. A role gives the right to a kind of act; team and supervisors say on which projects."""

ROLES = (
	"Presales Director",
	"Presales Manager",
	"Presales Planning Manager",
	"Presales Supervisor",
	"Presales Engineer",
	"Presales Finance Reviewer",
	"Presales Legal Reviewer",
	"Presales Document Controller",
	"Presales Delivery Manager",
	"Presales Leader",
)
