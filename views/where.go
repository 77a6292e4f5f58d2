package views

// Where each vendor's program shows what a form of ours asks for: the forms and the help have the same sentences. What the
// vendors' pages do not tell is said so, and nothing is guessed.
var (
	whereConnectWise = []string{
		"*Site URL*: what stands in the address bar when you use ConnectWise, with or without `https://` or `/v4_6_release`. ConnectWise may show it under System ▸ My Company, too.",
		"*Company ID*: what you type as Company when you sign in to ConnectWise.",
		"*Public Key* and *Private Key*: System ▸ Members ▸ API Members ▸ the member ▸ API Keys ▸ +. The private key is shown once, when it is made.",
		"*Client ID*: developer.connectwise.com ▸ ClientID, a private one for your own ConnectWise. It is not one of the keys.",
		"The clicks follow Axcient’s pages for ConnectWise. A menu of yours may be called otherwise; Setup Tables and Table Setup are two names for the same lists.",
	}
	whereX360Sync = []string{
		"*Address*: what stands in the address bar when you use x360Sync, also with a name of your own and a port.",
		"*User name* and *Password*: of an administrator of the top-level organization. One of an organization below sees only that one and what is below it.",
		"*Two-step code*: a fresh one, when the account asks for one at its own sign-in.",
		"*Register OAuth2 Client*: top-level organization ▸ Settings ▸ API. Older versions of x360Sync do not have it; then sign in with user name and password.",
		"Whether your x360Sync takes a redirect address on this computer is not written anywhere. If it refuses, sign in with user name and password.",
	}
	whereX360Cloud = []string{
		"*API key*: x360Portal, at `partner.axcient.com`, ▸ Settings ▸ API Keys ▸ Add. These clicks are as partners of Axcient describe them; in your portal the menu may be called otherwise.",
		"The portal shows the key once. If it is lost, make another one and delete the old one.",
	}
)
