// The names of the queue's tables, which live with the migration that makes them.
#pragma once

#include "migrations/tenant/queue/queue_tables.hpp"
