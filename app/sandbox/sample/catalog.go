package sample

import "fmt"

// catalog is about sixty items: ours, the ones that must not be billed, and
// the rest of a provider's price list.
func catalog() []Product {
	items := []Product{
		{ID: ProductAccount, Identifier: "X360-ACCOUNT", Description: "x360Sync account", Class: "Agreement", Price: 4.5, Cost: 2.1},
		{ID: ProductStorage, Identifier: "X360-STORAGE", Description: "x360Sync storage per GB", Class: "Agreement", Price: 0.12, Cost: 0.04},
		{ID: ProductFileServer, Identifier: "X360-FSE", Description: "x360Sync File Server Enablement", Class: "Agreement", Price: 25, Cost: 11},
		{ID: 1504, Identifier: "X360-ACCOUNT-OLD", Description: "x360Sync account (until 2023)", Class: "Agreement", Price: 3.9, Cost: 2.1, Inactive: true},
		{ID: 1505, Identifier: "X360-BUNDLE", Description: "x360Sync starter bundle", Class: "Bundle", Price: 49, Cost: 20},
		{ID: 1506, Identifier: "X360-FREE", Description: "x360Sync pilot, no charge", Class: "Agreement"},
		{ID: 1507, Identifier: "x360-guest", Description: "x360Sync guest (lower case on purpose)", Class: "Agreement", Price: 1, Cost: 0.2},
		{ID: 1508, Identifier: "X360-CLOUD-SEAT", Description: "x360Cloud protected seat", Class: "Agreement", Price: 3.2, Cost: 1.4},
	}
	names := []string{"Workstation management", "Server management", "Firewall rental", "Mail protection", "Endpoint protection", "Patch service", "Remote support hour", "On-site hour", "Switch 24 port", "Access point"}
	for i := range 52 {
		items = append(items, Product{
			ID: 1510 + i, Identifier: fmt.Sprintf("NL-%03d", 100+i), Description: fmt.Sprintf("%s %d", names[i%len(names)], i/len(names)+1),
			Class: []string{"Agreement", "NonInventory", "Service", "Inventory"}[i%4], Price: float64(5 + i*3), Cost: float64(2 + i*2), Inactive: i%13 == 12,
		})
	}
	for i := range items {
		items[i].Category, items[i].Subcategory, items[i].Unit = "Managed Services", "Cloud", "Each"
	}
	return items
}
