// Prints what C says: linked by the C compiler.
package main

// static int answer(void) { return 42; }
import "C"
import "fmt"

func main() {
	fmt.Println(int(C.answer()))
}
