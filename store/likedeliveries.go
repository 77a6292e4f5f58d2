package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// waitsLike begins the reason of a delivery that waits for what another one is parked for; the number of that one and a
// colon follow. The tickets' deliveries write it (T9).
const waitsLike = "Waits like delivery "

// waitsBehind picks what waits for one of those that are parked alike: there may be several, because what was stuck is
// forgotten when psabridge starts.
const waitsBehind = `d.state = 'waiting' AND d.reason LIKE '` + waitsLike + `%' AND cast(substr(d.reason, length('` + waitsLike + `') + 1) AS INTEGER) IN
	(SELECT o.id FROM deliveries o WHERE (o.connection, o.kind, o.state, o.error_code, o.reason) = (?, ?, ?, ?, ?))`

// addLike picks what stands as one delivery does: same connection, kind, state, code and reason. What waits for the same
// thing as a parked one is like it, whatever its kind, and it makes no difference which of them was named: what mends one
// mends all (T9). NotFound when there is no such delivery.
func (w *where) addLike(ctx context.Context, q querier, id int64) error {
	d, err := deliveryByID(ctx, q, id)
	if err != nil {
		return err
	}
	if first := waitsFor(d); first != 0 {
		parked, err := deliveryByID(ctx, q, first)
		if err == nil && parked.State == app.DeliveryParked && parked.Connection == d.Connection {
			d = parked
		} else if err != nil && app.ErrorCode(err) != app.NotFound {
			return err
		}
	}
	w.add("d.connection = ?", d.Connection)
	same := []any{d.Kind, d.State, d.ErrorCode, d.Reason}
	if d.State != app.DeliveryParked {
		w.add("(d.kind, d.state, d.error_code, d.reason) = (?, ?, ?, ?)", same...)
		return nil
	}
	w.add("d.state IN ('parked', 'waiting')")
	w.add("((d.kind, d.state, d.error_code, d.reason) = (?, ?, ?, ?) OR "+waitsBehind+")", append(append(same, d.Connection), same...)...)
	return nil
}

// waitsFor returns the delivery that one waits like, 0 for none.
func waitsFor(d app.Delivery) int64 {
	rest, ok := strings.CutPrefix(d.Reason, waitsLike)
	number, _, colon := strings.Cut(rest, ":")
	if d.State != app.DeliveryWaiting || !ok || !colon {
		return 0
	}
	id, _ := strconv.ParseInt(number, 10, 64)
	return id
}

// RetryMatching makes every delivery due that the filter picks, those under way aside, and returns how many there were.
// What is like a parked one includes what waits behind it.
func (s *Store) RetryMatching(ctx context.Context, f app.RetryFilter, by string, now time.Time) (n int, err error) {
	err = s.write(ctx, "retry deliveries", func(tx *sql.Tx) error {
		w, err := picksRetries(ctx, tx, f)
		if err != nil {
			return err
		}
		rows, err := all(ctx, tx, scanDelivery, "SELECT "+deliveryFields+" FROM deliveries d"+w.String()+" ORDER BY d.id", w.args...)
		if err != nil {
			return err
		}
		for _, d := range rows {
			if err := retry(ctx, tx, d, by, now); err != nil {
				return err
			}
		}
		n = len(rows)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func picksRetries(ctx context.Context, q querier, f app.RetryFilter) (w where, err error) {
	switch f.State {
	case app.DeliveryParked, app.DeliveryWaiting, app.DeliveryChecking:
		w.add("d.state = ?", f.State)
	case "":
		w.add("d.state IN ('waiting', 'checking', 'parked')")
		if f.LikeID == 0 {
			w.add("d.state = 'parked'")
		}
	case app.DeliverySending, app.DeliveryDone, app.DeliveryDropped:
		return w, app.FieldErrorf("state", "What is %s cannot be tried again. Choose parked, waiting or checking.", f.State)
	default:
		return w, app.FieldErrorf("state", "There is no state %s. Choose parked, waiting or checking.", f.State)
	}
	w.add("d.claimed = 0")
	if f.LikeID != 0 {
		if err := w.addLike(ctx, q, f.LikeID); err != nil {
			return w, err
		}
	}
	if !f.Since.IsZero() {
		w.add("d.created_at >= ?", stamp(f.Since))
	}
	return w, nil
}
