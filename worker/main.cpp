// bgerp-worker: see worker/program.hpp.
#include "worker/program.hpp"

int main(int argc, char** argv) {
    return bgerp::worker::run_program(argc, argv);
}
