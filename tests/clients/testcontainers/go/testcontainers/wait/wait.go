// Package wait is as much of testcontainers-go's wait as clients/go uses.
package wait

// HTTPStrategy is what to wait for.
type HTTPStrategy struct{ Path, Port string }

// Strategy is any of the strategies.
type Strategy interface{ strategy() }

func (*HTTPStrategy) strategy() {}

// ForHTTP waits for a request to succeed.
func ForHTTP(path string) *HTTPStrategy { return &HTTPStrategy{Path: path} }

// WithPort sets the port of the request.
func (s *HTTPStrategy) WithPort(port string) *HTTPStrategy {
	s.Port = port
	return s
}
