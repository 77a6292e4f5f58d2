package app

// SavedView is what the list of a page was narrowed to, kept under a name.
type SavedView struct {
	ID    int64
	Page  string // "activity"
	Name  string
	Query string // of the page's address
}

// The bounds of saved views.
const (
	MaxSavedViews    = 20 // of one page
	MaxSavedViewName = 60 // letters
)
