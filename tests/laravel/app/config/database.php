<?php

// The tenant's own database, under the tenant's own account: what `bgerp org database` prints.
$bgerp = json_decode(file_get_contents(getenv('BGERP_TEST_FOLDER') . '/database.json'), true);

return [
    'default' => 'tenant',
    'connections' => [
        'tenant' => [
            'driver' => 'mysql',
            'unix_socket' => $bgerp['socket'] ?? '',
            'host' => $bgerp['host'] ?? '',
            'port' => $bgerp['port'] ?? '',
            'database' => $bgerp['database'],
            'username' => $bgerp['user'],
            'password' => $bgerp['password'],
            'charset' => 'utf8mb4',
            'collation' => 'utf8mb4_unicode_ci',
            'prefix' => '',
            'strict' => true,
        ],
    ],
    'migrations' => 'migrations',
];
