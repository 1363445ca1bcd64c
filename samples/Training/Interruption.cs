namespace KernelGen.Samples.Training;

/// <summary>Ctrl+C, which from now on interrupts training, so that its state is saved, instead of ending the process.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public Interruption() => Console.CancelKeyPress += Interrupt;

    /// <summary>Is cancelled by Ctrl+C.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        Console.CancelKeyPress -= Interrupt;
        _source.Dispose();
    }

    private void Interrupt(object? sender, ConsoleCancelEventArgs press)
    {
        press.Cancel = true;
        _source.Cancel();
    }
}
