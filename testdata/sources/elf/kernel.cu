// Device code, which nvcc embeds as .nv_fatbin and registers when the library is loaded.
extern "C" int base_number();

__global__ void twice(int* number) { *number *= 2; }

extern "C" int answer() { return 2 * base_number(); }
// The kernel stays in the library, whose test needs no GPU.
extern "C" void launch(int* number) { twice<<<1, 1>>>(number); }
