// Prints 42; with the resolver of the C library in it, so that the program is linked dynamically.
package main

import (
	"fmt"
	"net"
)

func main() {
	if net.ParseIP("127.0.0.1") != nil {
		fmt.Println(42)
	}
}
