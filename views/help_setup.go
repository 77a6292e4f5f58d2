package views

import "psabridge/app/link"

// helpSetup are the topics of setting up. What to click at the vendors is the guide's own (HelpFacts.Manual).
func helpSetup() []HelpTopic {
	all := []HelpTopic{
		{
			ID: "setup", Title: "Set up psabridge", Page: to("Open the guide", link.Setup),
			About: "Six tasks, each with the clicks in the vendor’s program, the values to copy, and what was proved. Everything is saved at once: stop and come back when you like.",
			Do: []helpDo{
				{"Take the tasks in their order", "ConnectWise, a source, matching, then tickets, billing, or both. A task that cannot start yet says what comes first.", nil},
				{"Let it be proved", "*Check* asks ConnectWise. What no call can prove you confirm with *I have done this*.", nil},
				{"End with the test ticket", "One ticket marked as a test is created, noted, closed and read back. Nobody is mailed.", to("Test and switch on", link.Guide("start"))},
			},
			More: []helpPart{{title: "The vendor’s own bridge", steps: []string{"start/vendor_off.x360Sync", "start/vendor_off.x360Cloud"}}},
			Wrong: []helpWrong{
				{"Old alerts open no tickets", "What happened before you switched on is history. What still holds waits behind one question on the Overview.", to("Overview", link.Overview)},
				{"Set up is gone from the menu", "Every task is done. The guide stays under About.", to("About", link.About)},
			},
			Also: []string{"connectwise", "x360sync", "x360cloud", "inbox"},
		},
		{
			ID: "connectwise", Title: "Connect ConnectWise", Page: to("Open the task", link.Guide("connectwise")),
			About: "A role with the least rights, an API member with that role, its keys, and a client ID. This is the guide’s own list, for tickets and billing together; the checks try these very rights.",
			More: []helpPart{
				{title: "Step by step", steps: []string{"connectwise/role", "connectwise/table_setup", "connectwise/member", "connectwise/key", "connectwise/client_id", "connectwise/credentials"}},
				{title: "Service defaults, for tickets", steps: []string{"tickets/board", "tickets/status", "tickets/company_status", "tickets/team"}},
				{title: "Where do I find this", says: whereConnectWise},
			},
			Wrong: []helpWrong{
				{"The keys or the company are refused", "ConnectWise may answer wrong keys as if the company did not exist. Compare the Company ID with what you type as Company at its sign-in, then enter both keys again.", toConnection("Credentials", "cred")},
				{"A right is missing", "The check names module and level. Tick it in the role, save it there, and press *Check again*.", toConnection("Checks", "test")},
				{"The private key is lost", "ConnectWise shows it once. Make a new API key for the same member and enter both parts.", nil},
				{"Our ConnectWise is self-hosted", "Tick *Our ConnectWise is self-hosted*. Where its certificate is your own, name the CA file under *Advanced*. A firewall there may have to let this computer in.", toConnection("Connection", "cred")},
				{"No board, status or priority to choose", "The role lacks Table Setup, or the tables are not allowed behind its *customize* link.", nil},
			},
			Also: []string{"connection", "products", "keys"},
		},
		{
			ID: "x360sync", Title: "Connect x360Sync", Page: to("Connect x360Sync", link.With(link.Sources, "kind", "x360sync")),
			About: "psabridge signs in once and reads organizations, accounts, machines, activity and usage. It never writes there.",
			More: []helpPart{
				{title: "Sign in", steps: []string{"x360sync/kind.x360sync"}},
				{title: "Where do I find this", says: whereX360Sync},
				{title: "Switch its own bridge off", steps: []string{"start/vendor_off.x360Sync"}},
			},
			Wrong: []helpWrong{
				{"Invalid credentials", "Enter user name and password again. psabridge does not try a refused password a second time.", nil},
				{"The account is locked for a while", "x360Sync locks after several failed sign-ins. Wait, sign in once on its own page, then here.", nil},
				{"Invalid authentication code", "Codes are good for moments. Enter the password together with a fresh one.", nil},
				{"It has to sign in again after some time", "A policy of the organization, API Token Settings, can end sign-ins after some days. Sign in again; nothing else is lost.", nil},
				{"x360Sync lists a machine that is none of yours", "Each sign-in by its API stands in the list of machines. psabridge does not count those.", nil},
				{"One organization cannot be read", "x360Sync refuses single organizations now and then. They stay as they were, and their usage is not complete until they answer.", to("Sources", link.Sources)},
			},
			Also: []string{"sources", "mapping", "alerts"},
		},
		{
			ID: "x360cloud", Title: "Connect x360Cloud", Page: to("Connect x360Cloud", link.With(link.Sources, "kind", "axcient")),
			About: "psabridge reads clients, backup status, users and shared resources with an API key from x360Portal.",
			More: []helpPart{
				{title: "Make the key", steps: []string{"x360sync/kind.axcient"}},
				{title: "Where do I find this", says: whereX360Cloud},
				{title: "Switch its own bridge off", steps: []string{"start/vendor_off.x360Cloud"}},
			},
			Wrong: []helpWrong{
				{"The key is refused", "It was copied in part, deleted, or x360Cloud is not ticked for it. Make a new one.", nil},
				{"Seats are missing", "Protected seats are counted from the users of each client. A client whose users cannot be read has no complete reading and is not billed.", nil},
			},
			Also: []string{"sources", "products", "inbox"},
		},
		{
			ID: "inbox", Title: "Inbox: files, webhooks, scripts", Page: to("Make an inbox", link.With(link.Sources, "kind", "inbox")),
			About: "For any other vendor: programs on this computer send events and usage, and you import files. It is reachable from this computer only.",
			Do: []helpDo{
				{"Let a program send", "Make a token on the inbox’s page. It is shown once, opens this inbox and nothing else. The page has the addresses and a call for each to copy.", nil},
				{"Import a file", "CSV with any columns: you say once which is which, and the next file with that header is understood. You see what it becomes before anything is stored.", nil},
				{"Use a webhook as it is", "The messages of SimpleBackups, restic-backup-helper and Prime Backup are understood; the inbox’s page has their addresses.", nil},
			},
			More: []helpPart{{title: "In a terminal", says: []string{
				"`psabridge usage import FILE --source NAME --dry-run` shows what a file would become; without `--dry-run` it is imported.",
				"`psabridge event send --source NAME FILE` sends events as JSON. One id sent many times is one event.",
				"`psabridge token create NAME` makes a token, `psabridge token revoke` ends one.",
			}}},
			Wrong: []helpWrong{
				{"A number can be read in two ways", "1.234 may be a thousand or one point two. Choose the decimal sign, then preview again.", nil},
				{"A row is wrong", "Nothing of the file is imported while a row is wrong, unless you allow that. The list has line and column.", nil},
				{"A customer is not in the file", "It has no reading for that month, not 0, unless you say that the file is complete.", nil},
				{"A program is refused", "Its token is wrong or revoked, or belongs to another inbox.", nil},
			},
			Also: []string{"sources", "mapping", "holds"},
		},
		{
			ID: "products", Title: "Products and agreements in ConnectWise", Page: to("Open the task", link.Guide("billing")),
			About: "What is billed needs a product in the catalog and an agreement of the company. psabridge makes neither; it writes the quantity of the agreement’s line.",
			More: []helpPart{
				{title: "Products", says: []string{"Any one will do. What has no Product ID is not billed."}, steps: []string{"billing/product.accounts", "billing/product.storage", "billing/product.file_server", "billing/product.protected_seats", "billing/product.protected_storage"}},
				{title: "Agreements", steps: []string{"billing/agreements"}},
				{title: "In psabridge", steps: []string{"billing/billing"}},
			},
			Wrong: []helpWrong{
				{"No such product", "The Product ID must match exactly, capitals and spaces included, and only once in the catalog. Press *Reload Options from PSA* after a change.", toConnection("Billing settings", "billing")},
				{"Storage does not agree with the vendor’s number", "One GB is 1024³ bytes, as the vendor prints it. Unit, rounding and minimum are the quantity rule of the meter.", nil},
			},
			Also: []string{"billing", "mapping", "holds"},
		},
	}
	return grouped("Setting up", all)
}
