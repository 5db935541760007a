#include "app.hpp"

int main(int argc, char** argv) { return lehr::cli::run(argc, argv); }
