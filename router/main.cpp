#include "app/run.h"

int main(int argc, char** argv) { return router::app::run(argc, argv); }
