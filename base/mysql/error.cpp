#include "base/mysql/error.hpp"

namespace bgerp::mysql {

namespace {

ErrorCode code_of(ErrorClass error_class) {
    switch (error_class) {
    case ErrorClass::transaction_conflict:
    case ErrorClass::connection_lost:
    case ErrorClass::too_many_connections:
        return ErrorCode::unavailable;
    case ErrorClass::duplicate_key:
        return ErrorCode::conflict;
    case ErrorClass::statement_timeout:
        return ErrorCode::timeout;
    case ErrorClass::disk_full:
        return ErrorCode::storage_full;
    default:
        return ErrorCode::internal;
    }
}

std::string message_of(ErrorClass error_class) {
    switch (error_class) {
    case ErrorClass::transaction_conflict:
        return "the database is busy with the same rows";
    case ErrorClass::connection_lost:
        return "the database can't be reached";
    case ErrorClass::too_many_connections:
        return "the database has no free connection";
    case ErrorClass::duplicate_key:
        return "a row with this key exists";
    case ErrorClass::statement_timeout:
        return "a statement took too long";
    case ErrorClass::disk_full:
        return "the database's disk is full";
    default:
        return "a database statement failed";
    }
}

} // namespace

ErrorClass classify(int number) {
    switch (number) {
    case 1020: // record changed since read (innodb_snapshot_isolation)
    case 1205: // lock wait timeout
    case 1213: // deadlock; on Galera also a certification conflict
        return ErrorClass::transaction_conflict;
    case 1053: // server shutdown in progress
    case 1077: // normal shutdown
    case 1079: // shutdown complete
    case 1152: // aborting connection
    case 1158: // error reading communication packets
    case 1159: // read timeout
    case 1160: // error writing communication packets
    case 1161: // write timeout
    case 1927: // connection was killed
    case 2002: // can't connect over the socket
    case 2003: // can't connect over TCP
    case 2006: // server has gone away
    case 2013: // lost connection during query
    case 2026: // TLS error
    case 2055: // lost connection at a named place
        return ErrorClass::connection_lost;
    case 1040: // too many connections
    case 1203: // too many connections of this account
    case 1226: // resource limit of this account
        return ErrorClass::too_many_connections;
    case 1062: // duplicate entry
    case 1586: // the same, with the key's name
        return ErrorClass::duplicate_key;
    case 1049: // unknown database
    case 1051: // unknown table in DROP
    case 1054: // unknown column
    case 1146: // no such table
        return ErrorClass::missing_object;
    case 1044: // access to the database denied
    case 1045: // wrong account or password
    case 1142: // access to the table denied
    case 1143: // access to the column denied
    case 1227: // privilege missing
    case 1698: // socket authentication failed
        return ErrorClass::access_denied;
    case 1317: // query interrupted
    case 1969: // max_statement_time (MariaDB)
    case 3024: // max_execution_time (MySQL)
        return ErrorClass::statement_timeout;
    case 1021: // disk full
    case 1114: // table is full
        return ErrorClass::disk_full;
    default:
        return ErrorClass::other;
    }
}

DatabaseError::DatabaseError(int number, const std::string& server_message)
    : Failure(
          code_of(classify(number)),
          message_of(classify(number)),
          "database error " + std::to_string(number) + ": " + server_message
      )
    , number_(number) {}

} // namespace bgerp::mysql
