package views

import "psabridge/app/link"

// helpTasks are the topics of what people do that is not a page of the rail.
func helpTasks() []HelpTopic {
	all := []HelpTopic{
		{
			ID: "alerts", Title: "Alerts and rehearsal", Page: toTop("Open Alerts", link.Alerts),
			About: "An alert says Notify, When, For and Via: which events, for which organizations, by ticket, by e-mail, or both. The first alert that wants an event decides.",
			Do: []helpDo{
				{"Start with few", "Each organization’s *Alerts* tab proposes some. One made at the top is for everything below.", nil},
				{"Rehearse before you save", "*Rehearse* plays what is kept of the last 30 days through the alert as it stands typed. Nothing is written and nothing is sent.", to("Rehearsal of all", link.Rehearsal)},
				{"Keep one quiet", "*Keep quiet until…* for a planned work, or a maintenance window in the alert. What still holds at its end opens then.", nil},
			},
			More: []helpPart{{title: "What a ticket’s life looks like", says: []string{
				"It opens once per condition: the same thing, on the same machine or account. Repeats are counted, and noted at most once per quiet time.",
				"A recovery is noted with the facts, and closes the ticket where the alert says so and no person has touched it.",
				"What comes back within its window reopens the ticket, opens a new one, or does nothing, as the alert says.",
				"A ticket that a person closes keeps the condition quiet until it recovers, or until the date you give it.",
				"Nobody is mailed by ConnectWise: notes are internal, and it is told to send nothing.",
			}}},
			Wrong: []helpWrong{
				{"never asked here", "An alert above it wants the same events. Move it up, or narrow the other one.", nil},
				{"Too many tickets at once", "Say in the ticketing settings above how many new ones within a quarter of an hour you want to be asked.", toConnection("Ticketing", "ticketing")},
				{"No mail server is set up yet", "E-mail can be chosen once there is one.", to("Notifications", link.Notifications)},
			},
			Also: []string{"no-ticket", "tickets", "notifications"},
		},
		{
			ID: "overrides", Title: "Overrides: type a number", Page: to("Open Billing", link.Billing),
			About: "A number you type in place of a reading, for one month: when a reading is missing or known to be wrong. It ends with the month.",
			Do: []helpDo{
				{"Type one", "On the month’s page, *Overrides*: organization, meter, quantity before rounding, and why. The reason stays with the line.", nil},
				{"Paste many", "Rows from a spreadsheet: organization, meter, quantity, note. You see what each becomes; all are saved, or none.", nil},
				{"Take one back", "*Remove*: the reading counts again.", nil},
			},
			More: []helpPart{{title: "In a terminal", says: []string{"`psabridge billing override set`, `psabridge billing override list` and `psabridge billing override remove` do the same."}}},
			Wrong: []helpWrong{
				{"The preview does not have them yet", "Overrides count in previews made after them. Make a new preview.", nil},
				{"Only the current month", "Only the current month, or the latest one that is due, takes new numbers.", nil},
			},
			Also: []string{"billing", "holds"},
		},
		{
			ID: "customer-left", Title: "A customer left", Page: to("Find the organization", link.Organizations),
			About: "One button ends the mapping and plans the customer’s lines to 0. You see everything first; ConnectWise is told by the push, not by this page.",
			Do: []helpDo{
				{"Open it", "On the organization’s *Settings* tab, *Customer left…*. A line that is held because the organization is gone has the same button.", nil},
				{"Say why", "The reason is kept in the history of the settings and with the lines.", nil},
				{"Push", "Until the push ConnectWise goes on billing what it has. Check the date of the next invoice.", to("Billing", link.Billing)},
			},
			More:  []helpPart{{title: "What stays", says: []string{"Open tickets stay open; a recovery is still noted on them.", "Organizations below with companies of their own stay as they are.", "*Last changes of mappings* puts the mapping back; undoing the push takes back what it wrote."}}},
			Also:  []string{"mapping", "billing", "holds"},
			Wrong: []helpWrong{{"It has no mapping of its own", "No company is chosen and nothing is billed of it, so there is nothing to end.", nil}},
		},
		{
			ID: "pause", Title: "Pause",
			About: "Stops sending, for some hours or until you resume. Use it while ConnectWise is being worked on.",
			Do: []helpDo{
				{"Pause", "*Pause* in the top line of every page asks for how long and why. Whoever opens a page sees both.", nil},
				{"Resume", "*Resume now*, or it goes on by itself when the time is over.", nil},
			},
			More: []helpPart{{title: "What goes on meanwhile", says: []string{
				"Sources are read and alerts are collected; nothing is sent to ConnectWise.",
				"What waits goes out afterwards, each once. What recovered meanwhile before its ticket was sent opens none.",
			}}},
			Also: []string{"deliveries", "overview"},
		},
		{
			ID: "notifications", Title: "Notifications: what needs you", Page: to("Open Notifications", link.Notifications),
			About: "When ConnectWise refuses the keys, or a source cannot be read, no ticket can say so. psabridge then tells you by desktop, e-mail, Teams, Slack, or a program of yours.",
			Do: []helpDo{
				{"Choose the roads", "Each has a test that sends something harmless. In a terminal: `psabridge notify test desktop`.", nil},
				{"Enter a mail server", "It sends these notices, and the alerts that go by e-mail. Its password goes to the keychain.", nil},
				{"See how it went", "The page says for each road when it worked last, and what went wrong.", nil},
			},
			Wrong: []helpWrong{
				{"Nothing comes", "Each kind is told at most once an hour, together, and never a success. Try the road’s test.", nil},
				{"The mail server is in our own network", "Tick that on the page: an address of your own network is refused otherwise.", nil},
			},
			Also: []string{"alerts", "overview", "keys"},
		},
		{
			ID: "keys", Title: "Keys and passwords", Page: toConnection("Open the connection", "cred"),
			About: "Keys go to the keychain of this computer at once and never come back to a page: you see when one was set and how it ends.",
			Do: []helpDo{
				{"Replace one", "*Replace* beside it, then save.", nil},
				{"Use a file instead", "On a machine without a keychain: `psabridge serve --keys file`. The keys are then in `secrets.age` in the data folder, encrypted with the passphrase from `PSABRIDGE_PASSPHRASE` or `--passphrase-file`.", nil},
				{"Move them", "`psabridge keys move --to file` takes all of them into that file, `--to os` back into the keychain; each is read back before the old place lets it go. `psabridge keys passphrase` changes the passphrase.", nil},
				{"Set one from a script", "`psabridge secret set connections/cw/private_key` reads it from standard input, so that it stands in no command line.", nil},
			},
			Wrong: []helpWrong{
				{"The keychain is locked", "Unlock it (on Linux with Passwords and Keys), then try again.", nil},
				{"This computer has no keychain service", "Install gnome-keyring or KWallet, or use a file.", nil},
				{"The passphrase is lost", "Nobody can read the file then. Move it away and enter the keys again.", nil},
				{"Keys are asked for again", "Another keychain, another user, or another address: each key belongs to the address it was entered for.", nil},
			},
			Also: []string{"connectwise", "backup", "never"},
		},
		{
			ID: "backup", Title: "Backup, restore, another computer", Page: to("Open Backups", link.Backups),
			About: "A copy of the database is made each day, before each push and before each update. It is opened to prove that it is whole. The newest of 14 days and of 13 months are kept.",
			Do: []helpDo{
				{"Make one now", "*Back up now* on the page, or `psabridge backup`. `psabridge backup FILE` writes it where you say.", to("Backups", link.Backups)},
				{"Have a second copy", "Name a *Second folder* on another disk or a share. One that cannot be reached is a warning and keeps nothing from working.", to("Backups", link.Backups)},
				{"Restore", "Quit psabridge, then `psabridge restore FILE`; `psabridge backup list` names the files. It says what it will do and asks. What is there now is kept in a folder beside it.", nil},
				{"Move to another computer", "Make a backup, quit psabridge on the old computer for good, install it on the new one, and restore the file there. Then enter the keys again.", toHelp("Keys", "keys")},
			},
			More: []helpPart{
				{title: "What happens after a restore", says: []string{
					"Nothing is sent at first. psabridge asks ConnectWise for its tickets that were made since the backup and reads the agreement lines it bills; then sending goes on by itself, about a quarter of an hour later: ConnectWise's search is that far behind at times.",
					"What would open a ticket is looked for in ConnectWise first. A ticket that is there is taken on, not made again.",
					"A month that may have been pushed since the backup asks about each line that would change. A push that was not finished is not resumed: make a new preview.",
					"E-mails that waited when the backup was made wait for your word, because they may have been sent. What a source reports again after the restore is mailed again.",
					"What was sent to an inbox since the backup is not known any more: send it again.",
					"*Backups* on *Diagnostics* says what was found, and which keys are to be entered again: they are never part of a backup.",
				}},
				{title: "What a backup holds", says: []string{
					"Everything but the keys: settings, tickets, usage, pushes and the ledger. `psabridge settings export FILE` writes the settings alone, as a readable document.",
					"Before a new version changes the database, a copy of how it was is made in the same folder.",
				}},
			},
			Wrong: []helpWrong{
				{"The database is damaged", "psabridge does not start and changes nothing. It names the newest good backup and the command that puts it back.", nil},
				{"The newest changes were lost", "The -wal file was gone at a start. psabridge goes on with what is left, as after a restore: it asks ConnectWise first.", nil},
				{"Nothing can be stored", "The disk is full or fails. Sources are not read meanwhile, so that nothing is lost; it goes on by itself when the disk can be written again.", nil},
				{"Two computers", "Never let two run with the same database: they open tickets twice and bill over each other.", nil},
			},
			Also: []string{"keys", "holds", "overview"},
		},
	}
	return grouped("Tasks", all)
}
