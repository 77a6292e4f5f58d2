// Package views holds the pages: one view model and one templ component each. A view model is filled by app/web from what
// use cases and the store return, so it stays close to the types of package app; the views decide only how things read.
// Nothing here does I/O or asks for the time: now and the zone come with the model.
package views
