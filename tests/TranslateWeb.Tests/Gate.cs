namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Holds whatever comes to it until it is opened.</summary>
internal sealed class Gate : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualResetEventSlim _open = new();
    private readonly SemaphoreSlim _arrived = new(0);

    /// <summary>Waits here.</summary>
    public void Pass()
    {
        if (!_open.IsSet)
        {
            _arrived.Release();
            Assert.True(_open.Wait(Patience), "The gate was not opened.");
        }
    }

    public void Open() => _open.Set();

    /// <summary>Ends when so many wait.</summary>
    public async Task ArrivedAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(await _arrived.WaitAsync(Patience), "Nothing came to the gate.");
        }
    }

    public void Dispose()
    {
        _open.Set();
        _arrived.Dispose();
    }
}
