// Contains what the test of std::to_string searches for, to show that the test finds it.
#include <string>

std::string probe(double number);
std::string probe(double number) { return std::to_string(number); }
