<?php

declare(strict_types=1);

use Illuminate\Foundation\Console\Kernel as FrameworkKernel;
use Illuminate\Support\Facades\Bus;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Queue;

// What the test asks of Laravel beyond its own commands.
final class Kernel extends FrameworkKernel
{
    protected function commands(): void
    {
        $this->command('test:push {kind} {first} {last}', function (string $kind, $first, $last) {
            for ($n = (int) $first; $n <= (int) $last; ++$n) {
                Queue::push($kind, ['n' => $n]);
            }
        });

        $this->command('test:later {kind} {n} {seconds}', function (string $kind, $n, $seconds) {
            Queue::later((int) $seconds, $kind, ['n' => (int) $n]);
        });

        $this->command('test:batch {id}', function (string $id) {
            $batch = Bus::findBatch($id);
            $this->line(json_encode($batch === null ? null : $batch->toArray()));
        });

        $this->command('test:whoami', function () {
            $this->line(json_encode([
                'laravel' => app()->version(),
                'php' => PHP_VERSION,
                'user' => DB::selectOne('SELECT CURRENT_USER() AS u')->u,
                'database' => DB::selectOne('SELECT DATABASE() AS d')->d,
            ]));
        });
    }
}
