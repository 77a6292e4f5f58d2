package views_test

import "psabridge/views/stories"

// What the tests of single pages borrow from the stories.
var (
	now, zone    = stories.Now, stories.Zone
	shell, quiet = stories.Shell, stories.Quiet
)
