using System.Runtime.InteropServices;

namespace KernelGen.Samples.Transcribe;

/// <summary>Ctrl+C, and the signal that asks a program to end: the first one cancels, so that what was begun is put away; the second one ends the program at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt)];

    /// <summary>Is cancelled by Ctrl+C.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Which signal came first; <see langword="null"/> as long as none has.</summary>
    public PosixSignal? Signal { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Interrupt(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested;
        Signal ??= context.Signal;
        _source.Cancel();
    }
}
