<?php

// Laravel's own database queue and worker, as Debian packages them, on MariaDB with Laravel's own
// table: usage: php laravel.php JOBS; PEER_SOCKET is the server's socket, PEER_DATABASE a database.

require 'Illuminate/autoload.php';

use Illuminate\Container\Container;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Database\Capsule\Manager as Database;
use Illuminate\Events\Dispatcher;
use Illuminate\Queue\Capsule\Manager as Queue;
use Illuminate\Queue\Worker;
use Illuminate\Queue\WorkerOptions;

class Noop
{
    public function fire($job, $data): void
    {
        $job->delete();
    }
}

// What the worker asks for and a job that never fails doesn't need.
class Silent implements ExceptionHandler
{
    public function report(Throwable $e): void
    {
        fwrite(STDERR, $e->getMessage() . "\n");
    }

    public function shouldReport(Throwable $e): bool
    {
        return true;
    }

    public function render($request, Throwable $e)
    {
        throw $e;
    }

    public function renderForConsole($output, Throwable $e): void
    {
        fwrite(STDERR, $e->getMessage() . "\n");
    }
}

$jobs = (int) $argv[1];
$container = new Container();
Container::setInstance($container);
$container->instance('events', new Dispatcher($container));

$database = new Database($container);
$database->addConnection([
    'driver' => 'mysql', 'unix_socket' => getenv('PEER_SOCKET'), 'host' => 'localhost',
    'database' => getenv('PEER_DATABASE'), 'username' => getenv('PEER_USER'), 'password' => '',
    'charset' => 'utf8mb4', 'collation' => 'utf8mb4_unicode_ci', 'prefix' => '', 'strict' => true,
]);
$container->instance('db', $database->getDatabaseManager());
$database->getConnection()->statement('DROP TABLE IF EXISTS jobs');
$database->getConnection()->getSchemaBuilder()->create('jobs', function ($table) { // as artisan queue:table makes it
    $table->bigIncrements('id');
    $table->string('queue')->index();
    $table->longText('payload');
    $table->unsignedTinyInteger('attempts');
    $table->unsignedInteger('reserved_at')->nullable();
    $table->unsignedInteger('available_at');
    $table->unsignedInteger('created_at');
});

$queue = new Queue($container);
$queue->addConnection(['driver' => 'database', 'table' => 'jobs', 'queue' => 'default', 'connection' => 'default', 'retry_after' => 90]);
$container->instance('queue', $queue->getQueueManager());
$manager = $queue->getQueueManager();
$manager->addConnector('database', fn () => new Illuminate\Queue\Connectors\DatabaseConnector($database->getDatabaseManager()));

$since = microtime(true);
for ($i = 0; $i < $jobs; $i += 1000) {
    $manager->connection()->bulk(array_fill(0, min(1000, $jobs - $i), Noop::class), ['id' => $i]);
}
$enqueue = $jobs / (microtime(true) - $since);

$worker = new Worker($manager, $container->make('events'), new Silent(), fn () => false);
$options = new WorkerOptions();
$options->stopWhenEmpty = true;
$options->sleep = 0;
$since = microtime(true);
$container->make('events')->listen(Illuminate\Queue\Events\WorkerStopping::class, function () use ($jobs, $enqueue, $since) {
    echo json_encode([
        'enqueue_per_s' => round($enqueue),
        'drain_per_s' => round($jobs / (microtime(true) - $since)),
    ]), "\n";
});
$worker->daemon('default', 'default', $options);
