#include <cstdio>

bool sees_digits();

int main() { std::puts(sees_digits() ? "a digit" : "nothing"); }
