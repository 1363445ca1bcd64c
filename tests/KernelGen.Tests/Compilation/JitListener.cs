using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;

namespace KernelGen.Tests.Compilation;

/// <summary>Hears from the runtime of each method that the JIT compiles, and how it was optimised.</summary>
internal sealed class JitListener : EventListener
{
    private const string RuntimeEvents = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords JitKeyword = (EventKeywords)0x10;
    private const int MethodLoadVerbose = 143;

    // Initialised before the constructor of the base class calls OnEventSourceCreated.
    private readonly ConcurrentQueue<CompiledMethod> _methods = new();

    /// <summary>A method that was compiled.</summary>
    /// <param name="Type">The full name of its type.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Tier">How it was optimised.</param>
    internal readonly record struct CompiledMethod(string Type, string Name, Tier Tier);

    /// <summary>How the JIT optimised a method: bits 7 to 9 of the flags of its event (JitOptimizationTier in the runtime's eventtrace.h).</summary>
    internal enum Tier
    {
        Unknown,
        MinOptJitted,
        Optimized,
        QuickJitted,
        OptimizedTier1,
        OptimizedTier1Osr,
        InstrumentedTier,
        InstrumentedTierOptimized,
    }

    /// <summary>The methods that were heard of so far.</summary>
    public IReadOnlyCollection<CompiledMethod> Methods => _methods;

    /// <summary>Waits for events, which come some time after what they tell of.</summary>
    /// <param name="name">The name of a method.</param>
    /// <param name="count">How often it is compiled.</param>
    /// <param name="atMost">How long to wait.</param>
    /// <returns>Whether they came.</returns>
    public bool WaitFor(string name, int count, TimeSpan atMost)
    {
        long start = Stopwatch.GetTimestamp();
        while (_methods.Count(method => method.Name == name) < count)
        {
            if (Stopwatch.GetElapsedTime(start) > atMost)
            {
                return false;
            }

            Thread.Sleep(10);
        }

        return true;
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == RuntimeEvents)
        {
            EnableEvents(eventSource, EventLevel.Verbose, JitKeyword);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == MethodLoadVerbose)
        {
            uint flags = (uint)Field("MethodFlags")!;
            _methods.Enqueue(new CompiledMethod((string)Field("MethodNamespace")!, (string)Field("MethodName")!, (Tier)(flags >> 7 & 7)));
        }

        object? Field(string name) => eventData.Payload![eventData.PayloadNames!.IndexOf(name)];
    }
}
