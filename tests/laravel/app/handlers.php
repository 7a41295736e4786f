<?php

declare(strict_types=1);

use Illuminate\Contracts\Queue\Job;
use Illuminate\Support\Facades\DB;

// Writes one row for each run, in the transaction that ends the job. While a file `hang` stands in
// the test's folder it waits before it writes, and says so with a file of its own.
final class WriteLedger
{
    public function fire(Job $job, array $data): void
    {
        $folder = getenv('BGERP_TEST_FOLDER');
        if (file_exists("$folder/hang")) {
            touch("$folder/started.laravel");
            while (file_exists("$folder/hang")) {
                usleep(20000);
                clearstatcache();
            }
        }
        if (($data['fails'] ?? false) === true) {
            throw new RuntimeException('told to fail');
        }
        if (($data['releases'] ?? false) === true && $job->attempts() === 1) {
            $job->release(0);
            return;
        }
        DB::transaction(function () use ($job, $data) {
            DB::table('ledger')->insert([
                'uuid' => $job->uuid(), 'n' => $data['n'], 'ran_by' => 'laravel',
            ]);
            $job->delete();
        });
    }
}
