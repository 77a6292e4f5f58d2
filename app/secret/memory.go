package secret

import (
	"context"
	"sync"

	"psabridge/app"
)

// Memory keeps values until the process ends: for the demo and for tests.
type Memory struct {
	mu     sync.Mutex
	values map[string]app.Secret
}

// NewMemory makes an empty keychain.
func NewMemory() *Memory { return &Memory{values: make(map[string]app.Secret)} }

// Backend implements Keychain.
func (m *Memory) Backend() string { return BackendMemory }

// Get implements Keychain.
func (m *Memory) Get(_ context.Context, name string) (app.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.values[name]
	if !ok {
		return "", notFound(name)
	}
	return value, nil
}

// Set implements Keychain.
func (m *Memory) Set(_ context.Context, name string, value app.Secret) error {
	if err := fits(name, value); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[name] = value
	return nil
}

// Delete implements Keychain.
func (m *Memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.values[name]; !ok {
		return notFound(name)
	}
	delete(m.values, name)
	return nil
}
