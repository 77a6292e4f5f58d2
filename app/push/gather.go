package push

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/psa"
)

// Bounds of reading ConnectWise for a plan (M15).
const (
	listsFor    = time.Hour // how old companies and catalog may be
	readsAtOnce = 4         // additions lists at the same time
)

// actual reads what ConnectWise holds: agreements and their additions fresh, companies and catalog from the cache when
// it is young. What cannot be read is said in the answer, not returned as an error: its lines are held.
func (p *Pusher) actual(ctx context.Context, client psa.Client, connection string, mappings []billing.Mapping, owned []app.OwnedAddition) (billing.Actual, []string) {
	var a billing.Actual
	var err error
	progress(ctx, 0, 0, "Reading companies, products and agreements")
	now := p.Now()
	if a.Companies, err = cached(ctx, p, connection, app.ListCompanies, now, func(ctx context.Context) ([]app.Company, error) { return client.Companies(ctx, nil) }, companyRow); err != nil {
		return billing.Actual{Problem: "The companies could not be read: " + app.ErrorMessage(err)}, nil
	}
	if a.Products, err = cached(ctx, p, connection, app.ListProducts, now, client.Products, productRow); err != nil {
		return billing.Actual{Problem: "The product catalog could not be read: " + app.ErrorMessage(err)}, nil
	}
	if a.Products, err = withMissing(ctx, client, a.Products, productIDs(mappings)); err != nil {
		return billing.Actual{Problem: "The product catalog could not be read: " + app.ErrorMessage(err)}, nil
	}
	if a.Agreements, err = client.Agreements(ctx, 0); err != nil {
		return billing.Actual{Problem: "The agreements could not be read: " + app.ErrorMessage(err)}, nil
	}
	var problems []string
	a.Additions, problems = additions(ctx, client, a.Agreements, billing.NeedAdditions(mappings, owned))
	return a, problems
}

// additions reads the additions of agreements, a few at a time. An agreement that no longer exists is left out without
// a word; one that could not be read is left out with one.
func additions(ctx context.Context, client psa.Reader, agreements []app.Agreement, ids []int64) (map[int64][]app.Addition, []string) {
	names := make(map[int64]string, len(agreements))
	for _, a := range agreements {
		names[a.ID] = a.Name
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { _, exists := names[id]; return !exists })
	var (
		mu       sync.Mutex
		wg       sync.WaitGroup
		free     = make(chan struct{}, readsAtOnce)
		found    = make(map[int64][]app.Addition, len(ids))
		problems []string
		read     int
	)
	for _, id := range ids {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			list, err := client.Additions(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			read++
			progress(ctx, read, len(ids), "Reading agreement "+names[id])
			if err != nil {
				problems = append(problems, fmt.Sprintf("The additions of agreement %s (#%d) could not be read: %s", names[id], id, app.ErrorMessage(err)))
				return
			}
			found[id] = list
		})
	}
	wg.Wait()
	slices.Sort(problems)
	return found, problems
}

// withMissing looks up Product IDs the list lacks by name: the list leaves out what cannot be an addition, and a
// bundle is to be called a bundle, not missing.
func withMissing(ctx context.Context, client psa.Reader, products []app.Product, identifiers []string) ([]app.Product, error) {
	have := make(map[string]bool, len(products))
	for _, product := range products {
		have[product.Identifier] = true
	}
	all := slices.Clone(products)
	for _, name := range identifiers {
		if have[name] {
			continue
		}
		found, err := client.ProductsByIdentifier(ctx, name)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// cached returns a list from the cache when it is young enough, else reads it and keeps it.
func cached[T any](ctx context.Context, p *Pusher, connection string, list app.OptionList, now time.Time, read func(context.Context) ([]T, error), row func(T) app.OptionRow) ([]T, error) {
	rows, at, err := p.Store.Options(ctx, connection, list, 0)
	if err == nil && !at.IsZero() && now.Sub(at) < listsFor && !at.After(now) {
		if values, ok := decode[T](rows); ok {
			return values, nil
		}
	}
	values, err := read(ctx)
	if err != nil {
		return nil, err
	}
	rows = make([]app.OptionRow, 0, len(values))
	for _, v := range values {
		r := row(v)
		if r.Body, err = json.Marshal(v); err != nil {
			return nil, app.Wrap(err, app.Internal, "A list of ConnectWise could not be kept.")
		}
		r.LoadedAt = now
		rows = append(rows, r)
	}
	if err := p.Store.SaveOptions(ctx, connection, list, 0, rows, now); err != nil {
		p.Log.WarnContext(ctx, "cannot keep list", "list", string(list), "error", err.Error())
	}
	return values, nil
}

func decode[T any](rows []app.OptionRow) ([]T, bool) {
	values := make([]T, 0, len(rows))
	for _, r := range rows {
		var v T
		if json.Unmarshal(r.Body, &v) != nil {
			return nil, false
		}
		values = append(values, v)
	}
	return values, true
}

func companyRow(c app.Company) app.OptionRow {
	return app.OptionRow{ID: c.ID, Identifier: c.Identifier, Name: c.Name, Inactive: c.Inactive}
}

func productRow(product app.Product) app.OptionRow {
	return app.OptionRow{ID: product.ID, Identifier: product.Identifier, Name: product.Description, Inactive: product.Inactive}
}
