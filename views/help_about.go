package views

import "psabridge/app/link"

// helpAbout are the topics about the program itself.
func helpAbout() []HelpTopic {
	all := []HelpTopic{
		{
			ID: "never", Title: "What psabridge never does", Page: to("Open About", link.About),
			About: "What it promises, whatever happens, and what it cannot promise.",
			More: []helpPart{
				{title: "Never, in ConnectWise", says: []string{
					"It bills nothing from an incomplete reading, and writes no held line without a person’s word.",
					"It changes nothing of a line but its quantity, and deletes nothing.",
					"It makes no company, agreement or product.",
					"It closes no ticket a person has touched, and opens none for what was before the start.",
					"It lets ConnectWise mail nobody: notes are internal.",
					"It guesses never: where two lines, companies or products could be meant, it asks.",
				}},
				{title: "Never, elsewhere", says: []string{
					"It writes nothing to x360Sync or x360Cloud.",
					"It talks to nobody but your vendors, your ConnectWise, and the mail server and webhook you enter. No account, no cloud of its own, no telemetry.",
					"It shows no key again, and writes none to its log, its settings document, or a file you export.",
					"Its pages and addresses answer this computer alone.",
				}},
				{title: "What it cannot promise", says: []string{
					"ConnectWise has no way to create a ticket only once. If it creates one, loses the answer, and hides it from its own search for longer than 15 minutes, there will be two. That is shown, not hidden.",
					"A mail server may take a message and lose its answer; then it comes twice, with the same Message-ID.",
					"What goes down and comes back between two readings is not seen.",
					"An inbox believes what it is sent: it checks the form, not the truth.",
				}},
			},
			Also: []string{"words", "keys", "backup"},
		},
		{
			ID: "words", Title: "Words",
			About: "What psabridge calls things. Where the vendors have a word, it is theirs.",
			More: []helpPart{{title: "From the vendors, and ours", table: func() helpRows {
				return helpRows{caption: "Words", heads: []string{"Word", "What it means"}, rows: [][]string{
					{"Organization", "A customer as a source knows it."},
					{"Company", "A customer in ConnectWise."},
					{"Agreement, addition", "What a company is billed by in ConnectWise, and a line of it for one product."},
					{"Connection", "One ConnectWise account, with its keys and settings."},
					{"Source", "What is read, or sends: x360Sync, x360Cloud, an inbox."},
					{"Meter", "What is counted: accounts, storage, File Server Enablement, protected seats."},
					{"Reading", "What was counted of one meter of one organization at a time, with the accounts or machines behind it."},
					{"Preview, push", "What a month would write, and its writing."},
					{"Held", "Not written until a person has decided."},
					{"Alert", "Which events are told to whom."},
					{"Condition", "Something that holds, such as a machine that is not reachable. It has one ticket."},
					{"Delivery", "One thing ConnectWise must be told, once."},
				}}
			}}},
			Also: []string{"never", "setup"},
		},
	}
	return grouped("Good to know", all)
}
