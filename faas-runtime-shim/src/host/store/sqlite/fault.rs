//! What an error of SQLite means for who asked.

use std::path::Path;
use std::sync::Arc;

use rusqlite::ffi::{self, ErrorCode};

use super::super::error::StoreError;

/// Sorts an error of SQLite by who can mend it.
pub(super) fn fault(path: &Arc<Path>, error: rusqlite::Error) -> StoreError {
    let (path, why) = (Arc::clone(path), error.to_string());
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DiskFull => StoreError::Full { path, why },
            _ if NO_ROOM.contains(&failure.extended_code) => StoreError::Full { path, why },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy { path, why },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                StoreError::Corrupt { path, why }
            }
            _ => StoreError::Io { path, why },
        },
        // we have written no such values
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..)
        | rusqlite::Error::QueryReturnedNoRows => StoreError::Corrupt { path, why },
        _ => StoreError::Io { path, why },
    }
}

/// What SQLite makes of quotas, of files that may not grow, and of no room for the log's index.
const NO_ROOM: [i32; 2] = [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE];
