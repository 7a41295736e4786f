<?php

// The connection is called bgerp because that is what bgerp writes into failed_jobs.connection, and
// where queue:retry puts a job back to.
return [
    'default' => 'bgerp',
    'connections' => [
        'bgerp' => [
            'driver' => 'database',
            'connection' => 'tenant',
            'table' => 'jobs',
            'queue' => 'default',
            'retry_after' => 90,
            'after_commit' => false,
        ],
    ],
    'batching' => ['database' => 'tenant', 'table' => 'job_batches'],
    'failed' => ['driver' => 'database-uuids', 'database' => 'tenant', 'table' => 'failed_jobs'],
];
