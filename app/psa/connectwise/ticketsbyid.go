package connectwise

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"psabridge/app"
)

// idsPerCall keeps the address of a GET below the 2,000 characters of the guide, with numbers of nine digits too, and off
// the page sizes that servers like to give: a list of exactly a hundred rows would be asked for a second page.
const idsPerCall = 99

// TicketsByID reads many tickets in as few calls as the API allows. Up to 99 numbers go into the address of a GET, which must
// stay short; more are asked for by a search, whose conditions stand in the body: a thousand at once, because a page has no
// more rows. So 1,000 tickets cost one call and not eleven. Where a search cannot be used, or gives smaller pages than it was
// asked for, the rest is read by GET.
//
// POST /service/tickets/search, GET /service/tickets.
func (c *Client) TicketsByID(ctx context.Context, ids []int64) ([]app.RemoteTicket, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var all []app.RemoteTicket
	var refused error
	if len(ids) > idsPerCall && !c.unsearchable.Load() {
		if all, ids, refused = c.searchTickets(ctx, ids); refused != nil && !searchedElse(ctx, refused) {
			return nil, refused
		}
	}
	for chunk := range slices.Chunk(ids, idsPerCall) {
		found, err := c.tickets(ctx, isOneOf("id", chunk), func(r ticketRow) bool { return slices.Contains(chunk, r.ID) })
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if status := app.ErrorStatus(refused); status >= 400 && status < 500 {
		c.unsearchable.Store(true) // and a GET works, so it is the search that does not
	}
	return all, nil
}

// searchedElse reports whether a GET may do what a search could not. Keys that are refused and a limit that is reached are
// the same for both.
func searchedElse(ctx context.Context, err error) bool {
	return ctx.Err() == nil && app.ErrorCode(err) != app.RateLimited && app.ErrorStatus(err) != http.StatusUnauthorized
}

// searchTickets asks for a thousand tickets a call. left are those it could not ask for, or got no whole answer about.
func (c *Client) searchTickets(ctx context.Context, ids []int64) (all []app.RemoteTicket, left []int64, err error) {
	for at := 0; at < len(ids); at += pageSize {
		chunk := ids[at:min(at+pageSize, len(ids))]
		found, whole, err := c.searchPage(ctx, chunk)
		if err != nil {
			return all, append(left, ids[at:]...), err
		}
		all = append(all, found...)
		if !whole {
			left = append(left, missing(chunk, found)...)
		}
	}
	return all, left, nil
}

func (c *Client) searchPage(ctx context.Context, ids []int64) (found []app.RemoteTicket, whole bool, err error) {
	var rows []ticketRow
	resp, err := c.do(ctx, call{
		method: http.MethodPost, path: "service/tickets/search", out: &rows,
		query: url.Values{"page": {"1"}, "pageSize": {strconv.Itoa(pageSize)}, "fields": {ticketFields}},
		body:  map[string]string{"conditions": isOneOf("id", ids)},
	})
	if err == nil {
		err = check("service/tickets/search", rows, ticketKey)
	}
	if err != nil {
		return nil, false, err
	}
	for _, r := range rows {
		if _, asked := slices.BinarySearch(ids, r.ID); asked {
			found = append(found, r.ticket())
		}
	}
	return found, !linksOf(resp.Header).next && !slices.Contains(usualSizes, len(rows)), nil
}

func missing(ids []int64, found []app.RemoteTicket) []int64 {
	seen := make(map[int64]bool, len(found))
	for _, t := range found {
		seen[t.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return seen[id] })
}
