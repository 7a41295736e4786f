// The kind `import.load`: {"import_id"} as start_import() made it. Loads the import's file.
#pragma once

#include "worker/handler.hpp"

#include <memory>

namespace bgerp::worker {

[[nodiscard]] std::unique_ptr<Handler> make_import_load_handler();

} // namespace bgerp::worker
