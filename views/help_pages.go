package views

import (
	"psabridge/app"
	"psabridge/app/link"
)

// helpPages are the topics of the rail's pages, in its order.
func helpPages() []HelpTopic {
	all := []HelpTopic{
		{
			ID: "overview", Title: "Overview", Page: to("Open Overview", link.Overview),
			About: "Says whether psabridge is running, what needs you, and what happened last.",
			Do: []helpDo{
				{"See what needs you", "Each line under *Needs you* has the one button that helps. The same is counted in the top line and in the title of the page.", to("What needs you", link.Overview+"#needs")},
				{"Answer the start question", "What held before you switched on opens no ticket by itself. Open those tickets, or let them stay quiet until they recover.", nil},
				{"Check now", "Reads every source at once, instead of waiting for the next time.", nil},
			},
			Wrong: []helpWrong{
				{"Starting", "No source was read yet. Connect one, or wait for the first reading.", to("Sources", link.Sources)},
				{"Cannot send", "ConnectWise does not take the keys, or cannot be reached. Everything is kept and goes out when that is mended.", toConnection("Connection", "test")},
				{"Paused", "Somebody paused sending. Alerts are still collected.", toHelp("Pause", "pause")},
			},
			Also: []string{"needs-you", "no-ticket", "notifications"},
		},
		{
			ID: "organizations", Title: "Organizations", Page: to("Open Organizations", link.Organizations),
			About: "Your customers as the sources show them, as a tree: the organization that is yours on top, theirs below.",
			Do: []helpDo{
				{"Find one", "By name, company or id. *Not matched*, *Problem*, *Trial* and *Ignored* above the tree show only those.", to("Not matched", link.With(link.Organizations, "show", "unmapped"))},
				{"Answer for new ones", "A new organization waits with three answers: *Match* it to a company, *Ignore* it for good, or *Later*, and you are asked again.", nil},
				{"Open one", "*Activity* is what happened and what became of it, *Alerts* who is told, *Usage* what was counted, *Settings* its company, agreement and products. What is not set there is inherited from above.", nil},
			},
			Wrong: []helpWrong{
				{"An organization is missing", "The sign-in of the source may not see it: use an administrator of the top-level organization. x360Sync’s Privacy Mode hides what is below an organization, too.", to("Sources", link.Sources)},
				{"Gone at the source", "The source does not show it any more. Its lines are held, never set to 0 by themselves.", toHelp("Customer left", "customer-left")},
				{"A number looks too high", "Each organization counts its own usage. Where its rule includes those below, their usage is in it; then do not bill those below as well.", toHelp("What holds a line", "holds")},
			},
			Also: []string{"mapping", "alerts", "no-ticket"},
		},
		{
			ID: "mapping", Title: "Mapping: match organizations", Page: to("Open Mapping", link.Mapping),
			About: "Which ConnectWise company each organization is, which agreement carries its lines, and what is billed. Nothing is mapped without you, and nothing is made in ConnectWise.",
			Do: []helpDo{
				{"Match many at once", "Organizations without a company come first, each with a proposal and its reason. Those that are certain are ticked: *Match the ticked ones*.", to("Not matched", link.With(link.Mapping, "show", "unmapped"))},
				{"Choose another company", "Type its name, or its number as #250. Names may be the same in ConnectWise; the number beside a name tells them apart.", nil},
				{"Choose what is billed", "Per company: the agreement, and a tick for each product. Without an agreement nothing is billed.", nil},
			},
			More: []helpPart{{title: "Undo", says: []string{"*Last changes of mappings* at the foot of the page takes a change back, where nothing was changed since. What a push wrote meanwhile is undone with the push."}}},
			Wrong: []helpWrong{
				{"A company is not in the list", "The lists are read from ConnectWise and kept. Press *Reload Options from PSA* on the organization’s *Settings* or on the connection.", toConnection("Connection", "")},
				{"A mapping to repair", "The company, agreement or product is gone, inactive, or another one than before. *Mend* takes the proposal; the other buttons lead to where you choose.", to("To repair", link.With(link.Mapping, "show", "repair"))},
				{"An overlap", "The same usage would be billed twice. Untick one of the two.", nil},
				{"Match cannot be saved", "Somebody changed the settings since the page was opened. Look at the page again; nothing was saved in part.", nil},
			},
			Also: []string{"organizations", "products", "customer-left"},
		},
		{
			ID: "billing", Title: "Billing: the month", Page: to("Open Billing", link.Billing),
			About: "The month’s quantities, line by line: what ConnectWise has, what it would have, and why. Nothing is written before you push it, unless you chose that pushes run by themselves, and never what is held.",
			Do: []helpDo{
				{"Make the preview", "Reads usage and agreements and writes nothing. Every *Why* leads to the accounts, machines or files behind the number.", nil},
				{"Decide what is held", "*Release*, *Correct* with a note, or *Skip*. You can push without the held ones and push them later in the month.", toHelp("What holds a line", "holds")},
				{"Push", "The check page shows everything that will be written; its button carries the count. You may leave the page while it works.", nil},
			},
			More: []helpPart{
				{title: "What a push does", says: []string{
					"Each line is read once more, written, read back and compared. A line that somebody changed since the preview is not written.",
					"Only the quantity of a line is written. Price, dates and whether it is billed stay as they are in ConnectWise. Where an agreement never had the product, a line is added.",
					"The month is the calendar month in the connection’s time zone. Only the current month, or the latest one that is due, can be planned.",
					"A push that was due while the computer was off comes at the next start. More than a day late, or after the next invoice, it asks.",
				}},
				{title: "Undo", says: []string{
					"*Undo this push* on the push’s page first shows what would come back. It restores each line that still holds our value.",
					"A line that a person changed since, or that was invoiced since, is left as it is and named. A line that psabridge added is set to 0, not deleted.",
				}},
			},
			Wrong: []helpWrong{
				{"Not everything could be read", "A source or ConnectWise did not answer to the end. Lines without a complete reading are held; make a new preview when it answers.", to("Sources", link.Sources)},
				{"Overrides changed after the preview", "Make a new preview: the old one does not count them and cannot be pushed.", toHelp("Overrides", "overrides")},
				{"Changed underneath", "Somebody changed the line in ConnectWise between preview and push, so it was not written. Make a new preview and decide again.", nil},
				{"No line to bill", "An organization needs a company, an agreement and at least one tick.", to("Mapping", link.Mapping)},
				{"Nothing is pushed by itself", "Billing is off, no push date is chosen, or *Ask me first* is chosen, which is the default.", toConnection("Billing settings", "billing")},
			},
			Also: []string{"holds", "overrides", "customer-left", "products", "money"},
		},
		{
			ID: "money", Title: "Money", Page: to("Open Money", link.Money),
			About: "What is used and what is billed, both ways, by the price of each line. It is found with the newest preview; looking writes nothing.",
			Do: []helpDo{
				{"Look again", "Reads usage and agreements anew and compares.", nil},
				{"Mend a finding", "The button of a row leads to the place that mends it: the mapping, the agreement, or the month.", nil},
				{"Take it along", "*CSV* has every finding, also those the page leaves out.", nil},
			},
			More: []helpPart{{title: "What is found", table: findingRows}},
			Wrong: []helpWrong{
				{"Price not readable", "The line has a price of its own that the key may not read, an included quantity, or no line exists yet. The finding stands; its amount is unknown.", nil},
				{"This may not be so any more", "Mappings, overrides or readings changed since. Press *Look again*.", nil},
			},
			Also: []string{"billing", "mapping", "products"},
		},
		{
			ID: "tickets", Title: "Tickets", Page: to("Open Tickets", link.Tickets),
			About: "Every ticket psabridge opened, as it stands in ConnectWise. One condition has one ticket; what repeats is counted.",
			Do: []helpDo{
				{"Find one", "By summary or number. Its page tells the whole story: what happened, which alert decided, what was sent.", nil},
				{"See why it stays open", "A recovery closes a ticket only when its alert says so and no person has touched it: no note, time entry, owner, board or status of a person.", to("Touched by a person", link.With(link.Tickets, "state", ShowTouched))},
				{"Try other alerts", "*Rehearsal* plays the last 30 days through the alerts and shows the tickets that would have been.", to("Rehearsal", link.Rehearsal)},
			},
			Wrong: []helpWrong{
				{"Not sent yet", "Its delivery waits, is being checked, or needs you.", to("Deliveries", link.Deliveries)},
				{"Not in ConnectWise", "It was deleted there, or the key may not see its board any more. It counts as closed by a person.", nil},
				{"A ticket was not closed", "A person touched it. Where that was a workflow rule, list its member or status in the ticketing settings of the connection.", toConnection("Ticketing", "ticketing")},
			},
			Also: []string{"no-ticket", "needs-you", "alerts"},
		},
		{
			ID: "deliveries", Title: "Deliveries", Page: to("Open Deliveries", link.Deliveries),
			About: "Everything ConnectWise must be told, each once: tickets, notes, closes, quantities, and the e-mails of alerts.",
			Do: []helpDo{
				{"See where something is", "Filter by state, kind, time or text. The address keeps the filter, so that it can be sent along.", nil},
				{"Read what happened", "A delivery’s page has every attempt with the answer, and when the next look or try is.", nil},
				{"Mend what needs you", "The banner has the button for it. When it is mended, everything that waits for the same is tried again.", toHelp("A ticket that needs you", "needs-you")},
			},
			More: []helpPart{{title: "What the states mean", table: deliveryRows}},
			Wrong: []helpWrong{
				{"It stays at Checking", "ConnectWise did not say whether it took it. psabridge looks before it tries again, so that you never get two. The page says when it looks next.", nil},
				{"Nothing goes out", "The connection is stopped: the banner on top says why, and until when.", nil},
			},
			Also: []string{"needs-you", "tickets", "pause"},
		},
		{
			ID: "sources", Title: "Sources", Page: to("Open Sources", link.Sources),
			About: "What psabridge reads, or is sent: x360Sync, x360Cloud, and inboxes for anything else. It never writes there.",
			Do: []helpDo{
				{"Connect one", "Choose its kind; the form has the clicks in the vendor’s program.", to("Connect a source", link.Sources+"#add")},
				{"See how it is doing", "The card shows the last good answer, the next reading, and the last 30. *Check now* reads it at once and shows each step.", nil},
				{"Remove one", "You see first what depends on it: mappings, alerts, open conditions.", nil},
			},
			Wrong: []helpWrong{
				{"Cannot be read", "The page says what the vendor answered. What was read before stays; nothing is closed or set to 0 because of it.", nil},
				{"The sign-in is refused", "Enter it again on the source’s page. A refused password is tried once and never again by itself, so that nothing locks the account.", nil},
				{"Not complete", "Part of it could not be read, and the card says which. Incomplete usage never bills.", toHelp("What holds a line", "holds")},
			},
			Also: []string{"x360sync", "x360cloud", "inbox"},
		},
		{
			ID: "connection", Title: "ConnectWise: a connection", Page: toConnection("Open the connection", ""),
			About: "One ConnectWise account: its address and keys, where tickets go, and how usage is billed. Saving tests it.",
			Do: []helpDo{
				{"Test & Save Connection", "Runs the checks one after the other; each that fails says what to click in ConnectWise.", toConnection("Checks", "test")},
				{"Say where tickets go", "Board, statuses, type, priority and team. Empty is what ConnectWise itself takes. *Reload Options from PSA* reads the lists again.", toConnection("Ticketing", "ticketing")},
				{"Say how usage is billed", "The Product ID of each meter, exactly as in ConnectWise, the push date, and whether you are asked before each push.", toConnection("Billing", "billing")},
			},
			Wrong: []helpWrong{
				{"A key has to be entered again", "Keys belong to one address. When the Site URL leads elsewhere they are asked for anew.", toHelp("Keys", "keys")},
				{"Not proven yet", "No read can prove the rights to write. The test ticket proves those for tickets, the first push those for agreements.", nil},
				{"Too many rights", "The role allows what psabridge must not be able to do. It works; take the named right away all the same.", toHelp("The least rights", "connectwise")},
			},
			Also: []string{"connectwise", "products", "keys"},
		},
		{
			ID: "diagnostics", Title: "Diagnostics", Page: to("Open Diagnostics", link.Diagnostics),
			About: "Every check of every connection and of this computer, how the sources are read, and what is not sent. The checks run by themselves every night.",
			Do: []helpDo{
				{"Run all checks", "They ask and change nothing at your vendors. In a terminal: `psabridge check`; its exit code is 1 when something is wrong.", nil},
				{"Read the log", "*Log* shows what psabridge wrote down of its work, and lets it write more for a while. In a terminal: `psabridge log --follow`; it works also when psabridge does not start.", to("Log", link.Log)},
				{"Ask somebody for help", "*Support bundle* is one file with state, checks, settings and the log of seven days. No key is in it, names are replaced unless you say otherwise, and it goes nowhere by itself. In a terminal: `psabridge support FILE`.", to("Support bundle", link.Support)},
				{"See since when", "Each result says since when it is so. One that turns from good to bad is told to you.", toHelp("Notifications", "notifications")},
				{"Copy the role", "Where a right is missing, *Copy the role table* has what the role must allow.", nil},
			},
			Wrong: []helpWrong{
				{"Nothing is sent on connection …", "ConnectWise refuses the keys or asks for patience. The line says which, and whether it goes on by itself.", toConnection("Connection", "test")},
				{"A check is outdated", "Settings or keys changed after it. Press *Test it*.", nil},
				{"The keychain is locked", "Unlock it, then press *Try again* on the Overview. psabridge does not ask again by itself, and asks nobody without a key.", toHelp("Keys", "keys")},
			},
			Also: []string{"connectwise", "backup", "keys"},
		},
		{
			ID: "settings", Title: "Settings", Page: to("Open Settings", link.Settings),
			About: "All settings as one readable document, without keys and passwords, with every earlier state.",
			Do: []helpDo{
				{"Look before you save", "*Show what would change* lists every difference. Only then does the button save, all or nothing.", nil},
				{"Take an earlier state back", "*Look at it* under *History* shows what going back would change.", nil},
				{"Keep or move it", "`psabridge settings export FILE` writes the document, `psabridge settings import FILE` takes one, and `psabridge settings diff FILE` only shows what it would change.", nil},
			},
			Wrong: []helpWrong{
				{"It cannot be saved", "The message names the line and what to write. Nothing was saved.", nil},
				{"Still needed", "A connection or source that unfinished deliveries need cannot be removed. Finish or give them up first.", to("Deliveries", link.Deliveries)},
			},
			Also: []string{"notifications", "keys", "backup"},
		},
		{
			ID: "about", Title: "About", Page: to("Open About", link.About),
			About: "Which version this is, where its data and keys are, whom it talks to, and what it is made of.",
			Do: []helpDo{
				{"Tell support what you have", "Version, data folder and where the keys are kept stand together.", nil},
				{"See whom it talks to", "*Talks only to* lists your sources and your ConnectWise. Besides them there are only the mail server and the webhook under *Notifications*, if you entered any.", nil},
				{"Find the data folder", "Everything psabridge knows is in it, the keys aside.", toHelp("Backup", "backup")},
			},
			Also: []string{"never", "keys", "backup"},
		},
	}
	return grouped("Pages", all)
}

func grouped(name string, topics []HelpTopic) []HelpTopic {
	for i := range topics {
		topics[i].Group = name
	}
	return topics
}

// findingRows are the money page's own groups and what it says of them.
func findingRows() helpRows {
	out := helpRows{caption: "Kinds of findings", heads: []string{"Found", "What it means"}}
	for _, code := range []app.FindingCode{app.FindingUsedNotBilled, app.FindingBilledNotUsed, app.FindingUnmapped, app.FindingNoAgreement, app.FindingDoubleLine, app.FindingBelowMinimum} {
		g := MoneyGroup{Code: code}
		out.rows = append(out.rows, []string{g.title(), g.caption()})
	}
	return out
}

// deliveryMeanings say what each state of a delivery means.
var deliveryMeanings = []struct {
	state app.DeliveryState
	text  string
}{
	{app.DeliveryWaiting, "It goes out by itself: soon, after a retry’s pause, or when the connection is ready."},
	{app.DeliverySending, "It is being sent now."},
	{app.DeliveryChecking, "The answer was lost. psabridge looks whether it arrived before it tries again."},
	{app.DeliveryParked, "ConnectWise refused it, and only a person can mend that. It waits as long as it takes."},
	{app.DeliveryDone, "ConnectWise has it."},
	{app.DeliveryDropped, "A person gave it up, or what it would have told was over. It is not sent."},
}

func deliveryRows() helpRows {
	out := helpRows{caption: "States of a delivery", heads: []string{"State", "What it means"}}
	for _, m := range deliveryMeanings {
		_, _, word := stateLook(m.state)
		out.rows = append(out.rows, []string{word, m.text})
	}
	return out
}
