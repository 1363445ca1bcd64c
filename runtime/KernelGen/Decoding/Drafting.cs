using KernelGen.Execution;
using KernelGen.Packing;

namespace KernelGen.Decoding;

/// <summary>Has the drafter of a model: makes it when it pays, and frees it when no call uses it any more.</summary>
internal sealed class Drafting(Engine engine) : IDisposable
{
    /// <summary>
    /// Making the copy takes about as long as fifty steps, and using it saves a third of a step or more. So a model that has generated so many tokens has
    /// lost little if no more are asked for.
    /// </summary>
    private const int TokensBefore = 256;

    private readonly Lock _creation = new();
    private volatile QuantizedDrafter? _drafter;
    private Engine? _draft;
    private int _tokens;
    private bool _isDisposed;

    /// <summary>That of a model.</summary>
    public static Drafting Of(Engine engine) => engine.Companion(static engine => new Drafting(engine));

    /// <summary>The bytes of the copy, once it is there.</summary>
    public long Bytes => _drafter is null ? 0 : _draft!.WeightBytes;

    /// <summary>
    /// Whether calls with this option may guess. By default not with portable vectors: those that are 128 bits wide take longer to compute one row than to
    /// read its weights, so that several rows are no bargain.
    /// </summary>
    /// <param name="option"><see cref="GenerationOptions.ParallelGreedy"/>.</param>
    public bool IsFor(bool? option) =>
        !LayoutFacts.IsQuantizedWith(engine.Precision) && (option ?? engine.InstructionSet != InstructionSet.Portable);

    /// <summary>The drafter, to be given back by <see cref="Release"/>.</summary>
    /// <param name="option"><see cref="GenerationOptions.ParallelGreedy"/>.</param>
    /// <returns><see langword="null"/> where there is none yet, or no more.</returns>
    public QuantizedDrafter? TryHold(bool? option)
    {
        QuantizedDrafter? drafter = _drafter;
        if (drafter is null && (option == true || _tokens >= TokensBefore))
        {
            drafter = Create();
        }

        return drafter is not null && _draft!.TryHoldWeights() ? drafter : null;
    }

    /// <summary>Gives the drafter back.</summary>
    public void Release() => _draft!.ReleaseWeights();

    /// <summary>So many tokens were generated without guesses.</summary>
    public void Count(int tokens) => _tokens = Math.Min(_tokens + tokens, TokensBefore);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_creation)
        {
            _isDisposed = true;
            _draft?.Dispose();
        }
    }

    private QuantizedDrafter? Create()
    {
        lock (_creation)
        {
            if (_drafter is null && !_isDisposed)
            {
                _draft = engine.CreateDraft();
                _drafter = new QuantizedDrafter(_draft, _draft.WeightBytes * BytesOfAWeight(engine.Precision));
            }

            return _drafter;
        }
    }

    private static int BytesOfAWeight(WeightPrecision precision) => precision switch
    {
        WeightPrecision.Float32 => sizeof(float),
        WeightPrecision.BFloat16 => sizeof(ushort),
        _ => throw new InvalidOperationException($"Weights of the precision {precision} are not drafted for."),
    };
}
