// What the test of std::to_string looks for, so that it is seen to find it.
#include <string>

std::string probe(double number);
std::string probe(double number) { return std::to_string(number); }
