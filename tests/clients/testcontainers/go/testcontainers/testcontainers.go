// Package testcontainers is as much of testcontainers-go as clients/go uses, with a running server in place of the
// container.
package testcontainers

import (
	"context"
	"os"

	"github.com/testcontainers/testcontainers-go/wait"
)

// Container is what callers see of a container.
type Container interface {
	Inspect(ctx context.Context) (*InspectResponse, error)
	PortEndpoint(ctx context.Context, port string, proto string) (string, error)
	Terminate(ctx context.Context, opts ...TerminateOption) error
}

// DockerContainer is a container, with the request that would have created it.
type DockerContainer struct{ Request GenericContainerRequest }

// InspectResponse stands for that of Docker's API.
type InspectResponse struct{ Config *Config }

// Config stands for that of Docker's API.
type Config struct{ Env []string }

// TerminateOption says how to terminate.
type TerminateOption func()

// ContainerFile is a file that is copied into the container.
type ContainerFile struct {
	HostFilePath      string
	ContainerFilePath string
	FileMode          int64
}

// ContainerRequest is what the container has.
type ContainerRequest struct {
	Image        string
	ExposedPorts []string
	Env          map[string]string
	Files        []ContainerFile
	WaitingFor   []wait.Strategy
}

// GenericContainerRequest is what the options change.
type GenericContainerRequest struct{ ContainerRequest }

// ContainerCustomizer is an option.
type ContainerCustomizer interface {
	Customize(req *GenericContainerRequest) error
}

// CustomizeRequestOption is an option that is a function.
type CustomizeRequestOption func(req *GenericContainerRequest) error

// Customize applies the option.
func (option CustomizeRequestOption) Customize(req *GenericContainerRequest) error {
	return option(req)
}

// WithEnv adds environment variables.
func WithEnv(variables map[string]string) CustomizeRequestOption {
	return func(req *GenericContainerRequest) error {
		for name, value := range variables {
			req.Env[name] = value
		}
		return nil
	}
}

// WithExposedPorts exposes ports.
func WithExposedPorts(ports ...string) CustomizeRequestOption {
	return func(req *GenericContainerRequest) error {
		req.ExposedPorts = append(req.ExposedPorts, ports...)
		return nil
	}
}

// WithFiles copies files.
func WithFiles(files ...ContainerFile) CustomizeRequestOption {
	return func(req *GenericContainerRequest) error {
		req.Files = append(req.Files, files...)
		return nil
	}
}

// WithWaitStrategy says what to wait for.
func WithWaitStrategy(strategies ...wait.Strategy) CustomizeRequestOption {
	return func(req *GenericContainerRequest) error {
		req.WaitingFor = strategies
		return nil
	}
}

// Run takes the server at SIMULATOR_URL.
func Run(ctx context.Context, image string, options ...ContainerCustomizer) (*DockerContainer, error) {
	container := &DockerContainer{}
	container.Request.Image = image
	container.Request.Env = map[string]string{}
	for _, option := range options {
		if err := option.Customize(&container.Request); err != nil {
			return nil, err
		}
	}
	return container, nil
}

// Inspect returns the variables of the container.
func (c *DockerContainer) Inspect(ctx context.Context) (*InspectResponse, error) {
	config := &Config{}
	for name, value := range c.Request.Env {
		config.Env = append(config.Env, name+"="+value)
	}
	return &InspectResponse{config}, nil
}

// PortEndpoint is the address of the server.
func (c *DockerContainer) PortEndpoint(ctx context.Context, port string, proto string) (string, error) {
	return os.Getenv("SIMULATOR_URL"), nil
}

// Terminate does nothing.
func (c *DockerContainer) Terminate(ctx context.Context, opts ...TerminateOption) error { return nil }
