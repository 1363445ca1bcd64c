using KernelGen.Samples.Translate;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>Gives back what a rush has left in memory, once the service has been idle for a while.</summary>
/// <param name="services">Has the model, once that is loaded.</param>
/// <param name="turns">Tells when nothing runs.</param>
/// <param name="settings">How long a while is.</param>
internal sealed class MemoryTrimmer(IServiceProvider services, TurnQueue turns, ServiceSettings settings) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(settings.TrimSeconds));
        long trimmed = 0;
        long before = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Idle for a whole period, and not yet trimmed.
            long now = turns.Turns;
            if (now == before && now != trimmed && turns.IsIdle)
            {
                services.GetRequiredService<Translator>().TrimMemory();
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
                trimmed = now;
            }

            before = now;
        }
    }
}
