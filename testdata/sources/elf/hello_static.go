// Prints 42 and needs no library.
package main

import "fmt"

func main() {
	fmt.Println(42)
}
