"""What the nine regulations ask, clause by clause, and what answers it. The wording is ours.

A clause is *covered* when the app does what it asks, and must then have a test that carries its id. It is *later*
when what it asks is not built yet; `later` says what it waits for. Of a covered clause, `rest` is what could be
done better still.
"""

from dataclasses import dataclass

REGULATIONS = {
	"R1": "Security engineering: needs, solution, costing, quotation, handover",
	"R2": "Presales as a service: posts, answers, return visits, training, conduct",
	"R3": "Safety in presales: assessment, training, demos, notices, inspections",
	"R4": "Presales in general: standards, control, appraisal, introduction",
	"R5": "Six phases: requirements, solution, risks, quotation and demo, contract, kickoff",
	"R6": "Four steps: assessment, design, execution, delivery",
	"R7": "Nine stages: from the captured opportunity to the kickoff",
	"R8": "Milestones: sales planning to contract or order",
	"R9": "Projects of a marketing centre: initiation, supervision, meetings, archive, evaluation",
}


@dataclass(frozen=True)
class Clause:
	"""One clause: what it asks, what answers it, and what is still to come."""

	id: str
	asks: str
	by: str = ""
	later: str = ""
	rest: str = ""


CHAIN = "a record of its own in the commercial chain"

CLAUSES = (
	Clause("R1.1", "Sales finds out which devices and functions are wanted, and where they go", "Presales Requirement with device, function, place and source; customer activities; requirement record in the archive"),
	Clause("R1.2", "Sales and engineer analyse the needs together and note their advice", "Analysis of a requirement by an engineer or the planning manager, with recommendation and feasibility; checklist"),
	Clause("R1.3", "An engineer designs devices, technology and places", "Presales Solution: approach, equipment with quantity and place; checklist and solution in the archive, before the review"),
	Clause("R1.4", "The solution is reviewed in-house for fit, difficulty and cost", "Presales Review of kind Solution with criteria, minimum scores and rectification"),
	Clause("R1.5", "Finance costs the solution", "Presales Cost Estimate of the current Presales Solution that finance submits, with equipment taken over from it, labour, installation and a reserve for risks; Presales Review of kind Cost, in which finance takes part"),
	Clause("R1.6", "A clear quotation follows from the costing; the negotiation is on record", "ERPNext's Quotation made from the approved cost estimate, in numbered versions for each bidding customer; Presales Negotiation Round with what it has changed; discount and margin by role, and Presales Price Approval beyond them"),
	Clause("R1.7", "The contract follows the confirmed quotation, and states time, quality and service", "ERPNext's Contract, made from the current quotation, that is not submitted without these; confirmation in the archive; Sales Order behind a gate"),
	Clause("R1.8", "Engineering takes over by the contract", "Presales Handover: a complete package that the delivery manager accepts or sends back with reasons; acceptance makes the ERPNext project; stage of handover with its gate"),
	Clause("R1.9", "Customer information is seen by those only who need it", "One visibility rule over the project and everything under it, attachments too"),
	Clause("R1.10", "The salesperson stays responsible throughout", "The manager is always on the team and responsible until the handover is accepted; every move is logged with who made it"),
	Clause("R2.1", "Head, engineer and account manager have posts with stated duties", "Roles and places on the project; docs/duties.md"),
	Clause("R2.2", "The head plans, sets goals, guides, and sees work done in time", "Goal, milestones, guidance with a date for the answer, report Gate Status", rest="targets of departments"),
	Clause("R2.3", "Questions and complaints are answered in time", "Presales Activity measures the hours until the answer; a gate can bound them"),
	Clause("R2.4", "Contact is kept, customers are visited again, feedback becomes proposals", "Activities of type Return Visit and Feedback; proposals in the archive", rest="feedback linked to its proposal"),
	Clause("R2.5", "Every need gets its solution in time, with an introduction of the product", "Gate of the solution stage; target days of every stage"),
	Clause("R2.6", "Staff learn and train regularly, on record", later="training records"),
	Clause("R2.7", "Misconduct has consequences that are on record, decided by the head, seen by few", later="conduct records"),
	Clause("R3.1", "The rules themselves are reviewed: version and next date", "Presales Process with version, owner, next review date, reminder"),
	Clause("R3.2", "Safety risks are assessed, and measures follow", "Presales Risk of category Safety; gate on the highest open risk"),
	Clause("R3.3", "Safety is assessed by the product's character, with measures of control", "Presales Review of kind Safety over the assessment in the archive"),
	Clause("R3.4", "Nobody untrained runs a demo", "Gate before the stage of the demo: training of its staff is archived", rest="training records that the demo itself is checked against"),
	Clause("R3.5", "A demo follows its procedure, and hazards are noted", "Procedure and hazard record in the archive, checklist of the demo"),
	Clause("R3.6", "The contract leaves no duty or right vague", "Criteria of the reviews of kind Contract and Legal, without which no contract is submitted; checklist"),
	Clause("R3.7", "Notices tell staff and customers of defects and remedies; receipt is tracked", later="safety notices"),
	Clause("R3.8", "Presales work is inspected for safety, and findings are put right", later="safety inspections"),
	Clause("R3.9", "Leaders set goals and plans of safety and check them", "Safety plan in the archive, guidance of leaders with answers by a date", rest="goals of safety for the whole company"),
	Clause("R4.1", "Every stage has a clear flow and division of labour", "Stages with activities and responsible role; requirements with theirs"),
	Clause("R4.2", "Reports and documents follow standard templates", "Document types, templates of reviews, the form of the evaluation report"),
	Clause("R4.3", "The whole course is under control: problems surface early", "Gates that say what is missing, days in stage against target, report Gate Status, reminders"),
	Clause("R4.4", "Contact, analysis and design follow a standard procedure", "Nine shipped processes that a company edits and compares with what is shipped"),
	Clause("R4.5", "Presales staff are appraised by a standard", "Presales Project Evaluation: weighted criteria, performance of each member", rest="appraisal over a period, in reports"),
	Clause("R4.6", "Introducing the rules has dates, departments and persons", "Presales Rollout Plan with done-marks and ToDos"),
	Clause("R5.1", "The manager meets the customer, gathers material and briefs the team", "Activities and meetings as requirements of the first stage"),
	Clause("R5.2", "Requirements have priority and deadline; goal and scope are set", "Priority and due date of a Presales Requirement, summary on the project; goal, scope and milestones as requirements of the gate"),
	Clause("R5.3", "A feasible solution is assessed and fitted to scope and means", "Presales Solution: feasibility with grounds, scope and resources adjusted; Presales Review of kind Solution with a minimum score for feasibility"),
	Clause("R5.4", "The resources needed are estimated and assigned", "Resources in the application, granted with its approval; resource plan of the solution"),
	Clause("R5.5", "Risks to time, cost and goals are found", "Presales Risk: cause, event, consequence, owner"),
	Clause("R5.6", "Risks are put in order by probability and impact", "Score and level on a 5 x 5 matrix; expected exposure in money, which is the risk reserve of the costing; gate on the highest open risk"),
	Clause("R5.7", "Every risk has a response that lowers it", "Response and residual score, by which the gate goes"),
	Clause("R5.8", "Quotation and negotiation rest on solution and costing", "Quotation that rests on the approved cost estimate, behind the gates of solution and costing; what a discount leaves of the margin, who may give it, and Presales Price Approval; Presales Negotiation Round"),
	Clause("R5.9", "The solution is shown and discussed; improvements are noted", "Activities of type Demo with their outcome"),
	Clause("R5.10", "The contract holds goal, scope, date of delivery and terms of payment", "Fields of the Contract that its gate asks for; review of kind Contract, checklist"),
	Clause("R5.11", "Legal reviews the contract", "Presales Review of kind Legal, in which legal takes part; what it sends back holds the contract"),
	Clause("R5.12", "The team is built: roles, duties, training", "Team with places on the project, appointed with the approval, and taken over into the ERPNext project", rest="training records"),
	Clause("R5.13", "A kickoff meeting makes goal and needs clear to all", "Meeting of type Kickoff as a requirement, prepared from the handover with the attendees and an agenda"),
	Clause("R6.1", "Goal, scope, time, budget and risks are assessed; SWOT and cost-benefit", "Application for initiation with SWOT, revenue, cost, margin and payback"),
	Clause("R6.2", "Solution, plan, resources, quality, tasks and checkpoints are designed", "Presales Solution: implementation part, resource plan, quality plan with checkpoints; documents, milestones and reviews as requirements of the design step"),
	Clause("R6.3", "Progress, budget and quality are kept; changes are dealt with", "Presales Change Request with its effect on time, cost and price; presales budget with thresholds that warn and stop; meetings, guidance, rectification and risks as requirements of the execution step"),
	Clause("R6.4", "Acceptance and settlement; what went well and what did not", "Documents of delivery, summary meeting, evaluation; delivery, billing and payment of every order, read live from ERPNext"),
	Clause("R7.1", "Authenticity, feasibility and value are judged; hit rate and cost of sale count", "Review of kind Bid Decision, application for initiation; log of amounts and probability; cost of sale by kind, activity and stage from ERPNext's documents", rest="hit rate as a report"),
	Clause("R7.2", "Opportunities come through several channels and are screened", "Source channel as a requirement; authenticity and feasibility in the application"),
	Clause("R7.3", "Market value, difficulty and competition are assessed", "Amount, competitors and feasibility study as requirements"),
	Clause("R7.4", "The solution has a technical, a commercial and a part for carrying it out", "Presales Solution, which needs all three parts; one version is current; matrix of which part meets which requirement, with gaps; checklist and archived solution as requirements"),
	Clause("R7.5", "Invited experts review the solution", "Presales Review of kind Solution; reviewers join the team as such"),
	Clause("R7.6", "Technical bid, commercial bid and price are prepared", "Presales Bid: submitted with a technical and a commercial part and its price, nothing missing; bid in the archive and approved costing, before the bid is reviewed"),
	Clause("R7.7", "The bid is reviewed before it is handed in", "Presales Review of kind Bid, of the Presales Bid or its document, before the stage that allows quotations"),
	Clause("R7.8", "Negotiation, signing, kickoff", "Last stages of the process with Presales Negotiation Round, versions of the Quotation, Sales Order at the agreed price and kickoff meeting"),
	Clause("R8.1", "Market positioning, targets broken down by period and department", later="targets"),
	Clause("R8.2", "Every milestone has inputs, activities, outputs and somebody responsible", "Fields of every stage, shipped complete"),
	Clause("R8.3", "Capturing needs leaves records; sales and technical staff analyse them", "Presales Requirement, captured by sales, with its source, and analysed by technical staff; activities and analysis meeting as requirements of the gate"),
	Clause("R8.4", "A new need goes to R&D", "Request to R&D with question, date, answer and effort, without which a requirement is not confirmed; checklist of the analysis"),
	Clause("R8.5", "The customer confirms the requirements; feasibility is studied", "Confirmation of a requirement: who at the customer, when, by which archived document; feasibility by its analysis"),
	Clause("R8.6", "Contract or order is reviewed for four qualities before signing", "Template of the contract review: complete, consistent, valid, reasonable; the reviews are of the contract as it is, and needed before contract and order; differences between quotation, contract and order are shown"),
	Clause("R8.7", "A large project is recognised and treated as one", "Person-months above the threshold in the settings; requirements for large projects only"),
	Clause("R8.8", "Buying outside the plan needs a written request", "Presales Purchase Request, decided by the director or a leader and never by who asked; Material Request, Purchase Order and Purchase Invoice of a project must be covered by approved ones"),
	Clause("R8.9", "Sales managers find prospects, break targets down and analyse figures", later="targets and reports"),
	Clause("R9.1", "Two levels: the company guides and supervises above the centre", "Leaders see every project; supervisors of three levels; guidance"),
	Clause("R9.2", "Projects are classed: company level, channel", "Criteria answered in the application; the class follows and can be raised with a reason"),
	Clause("R9.3", "Channel partners bring projects and work along", "Sales partner of the project; required of channel projects"),
	Clause("R9.4", "The centre has its duties", "docs/duties.md; what is billed and paid of every order"),
	Clause("R9.5", "The director has duties", "docs/duties.md; acts that the lifecycle leaves to the director; bids with their dates, bonds and results"),
	Clause("R9.6", "The manager has duties", "docs/duties.md; moves of stages, application, risks, milestones; budget of the sale and what is spent of it; handover, billing and payment"),
	Clause("R9.7", "The planning manager has duties", "docs/duties.md"),
	Clause("R9.8", "The supervisor guides, watches, helps, reports and evaluates", "docs/duties.md; guidance notes with key points, evaluation"),
	Clause("R9.9", "Every project is initiated, early; management evaluates with the departments; strategy", "Application, initiation review by several departments, approval by a leader who did not apply"),
	Clause("R9.10", "The key steps from prospect to follow-up are taken", "Process of the marketing centre, with a gate for each step", rest="regular bulletins; requests for resources"),
	Clause("R9.11", "Supervision watches key points and supports the team", "Key points of a guidance note, answers by a date, escalation"),
	Clause("R9.12", "Information reaches every member and supervisor in time", later="weekly report"),
	Clause("R9.13", "An archive by kinds, the first three being the basis of initiation", "Document types, versions, filing by the document controller; basis documents of the application", rest="completeness of the archive at a glance"),
	Clause("R9.14", "Analysis meetings: periodic, at phase ends, at once on crisis", "Meeting types, decisions and actions that become ToDos"),
	Clause("R9.15", "Summary meeting, archived report, evaluation by supervisor and management", "Presales Project Evaluation, without which a project is not closed"),
)  # fmt: skip

IDS = frozenset(clause.id for clause in CLAUSES)
