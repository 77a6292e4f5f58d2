package app

// Computer is how the bridge is at home on the machine it runs on.
type Computer struct {
	// Tray says whether there is an icon: "shown", or "none: " and why.
	Tray string
	// Login is what starts when this user signs in.
	Login LoginItem
	// Zone is the machine's time zone; ZoneWas the one it had when the bridge started, when that is another.
	Zone, ZoneWas string
	// Peers says how programs of other users are kept out.
	Peers string
}

// LoginItem is the entry that starts the bridge when its user signs in.
type LoginItem struct {
	On      bool     `json:"on"`
	Current bool     `json:"current"` // it starts this program, with these settings
	Command []string `json:"command"` // what it starts, or would
	Where   string   `json:"where"`   // the file or registry key
	Cannot  string   `json:"cannot"`  // why it cannot be switched on; empty: it can
}
