# cmake --install: libraries, headers, the command, and what find_package(lehr) and pkg-config need.
