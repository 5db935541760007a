// keeps a module without sources a library
