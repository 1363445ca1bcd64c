using System.Diagnostics;
using System.Reflection;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Tokens as they come, asynchronously. Alone in its collection, because one test counts what the whole process allocates.</summary>
[Collection(nameof(TokenStreamTests))]
[CollectionDefinition(nameof(TokenStreamTests), DisableParallelization = true)]
public sealed class TokenStreamTests : IDisposable
{
    private static readonly int[] Source = [4, 5, 6, 7];

    private readonly GoldenVanilla _model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description, seed: 3)));

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Tokens_are_those_of_the_synchronous_stream()
    {
        foreach (GenerationOptions options in new GenerationOptions[] { new(), new() { MaxLength = 5, ReturnScores = true } })
        {
            Assert.Equal(_model.Stream(Source, options), await _model.StreamAsync(Source, options).ToListAsync());
        }
    }

    [Fact]
    public async Task The_callers_thread_goes_on_before_the_token_is_there()
    {
        // A token that were computed on the caller's thread would be there whenever that thread comes back; one that is not may be, but not each time.
        int asked = 0;
        int pending = 0;
        for (int attempt = 0; attempt < 20; attempt++)
        {
            await using IAsyncEnumerator<GeneratedToken> tokens = _model.StreamAsync(Source).GetAsyncEnumerator();
            bool hasToken;
            do
            {
                ValueTask<bool> next = tokens.MoveNextAsync();
                asked++;
                pending += next.IsCompleted ? 0 : 1;
                hasToken = await next;
            }
            while (hasToken);
        }

        Assert.True(pending > 0, $"All of {asked} tokens were there at once.");
    }

    [Fact]
    public async Task Either_token_cancels()
    {
        foreach (bool isParameter in new[] { true, false })
        {
            using var cancellation = new CancellationTokenSource();
            int tokens = 0;
            IAsyncEnumerable<GeneratedToken> stream = isParameter
                ? _model.StreamAsync(Source, cancellationToken: cancellation.Token)
                : _model.StreamAsync(Source);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (GeneratedToken token in stream.WithCancellation(isParameter ? default : cancellation.Token))
                {
                    if (++tokens == 3)
                    {
                        await cancellation.CancelAsync();
                    }
                }
            });
            Assert.Equal(3, tokens);
            Assert.Equal(_model.CallMemory(1, Source.Length, new GenerationOptions { ParallelGreedy = false }), _model.IdleMemory);
        }
    }

    [Fact]
    public async Task Stopping_early_gives_the_memory_back()
    {
        await foreach (GeneratedToken token in _model.StreamAsync(Source))
        {
            Assert.Equal(0, _model.IdleMemory);
            break;
        }

        Assert.Equal(_model.CallMemory(1, Source.Length, new GenerationOptions { ParallelGreedy = false }), _model.IdleMemory);
    }

    [Fact]
    public async Task Bad_input_is_refused_at_once_and_a_disposed_model_when_enumeration_begins()
    {
        Assert.Equal("source", Assert.Throws<ArgumentException>(() => _model.StreamAsync(ReadOnlyMemory<int>.Empty)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.StreamAsync(new[] { 50 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.StreamAsync(Source, new GenerationOptions { BeamSize = 2 }));
        _model.Dispose();
        IAsyncEnumerable<GeneratedToken> stream = _model.StreamAsync(Source);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.FirstAsync());
    }

    [Fact]
    public async Task Nothing_is_allocated_for_each_token()
    {
        Assert.SkipWhen(
            typeof(EncoderDecoder).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
            "Without optimisation the JIT allocates where it otherwise does not.");
        var shorter = new GenerationOptions { MaxLength = 2 };
        var longer = new GenerationOptions { MaxLength = 50 };
        Assert.Equal(50, await Count(longer));

        // Warm is when the JIT has compiled the hot methods anew, in the background; and the test platform allocates now and then.
        long forMoreTokens = -1;
        for (int attempt = 0; attempt < 100 && forMoreTokens != 0; attempt++)
        {
            forMoreTokens = await Allocated(longer) - await Allocated(shorter);
            await Task.Delay(20);
        }

        Assert.Equal(0, forMoreTokens);
    }

    /// <summary>The bytes that the process allocates in an enumeration.</summary>
    private async Task<long> Allocated(GenerationOptions options)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await Count(options).ConfigureAwait(false);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    /// <summary>Enumerates on whatever thread comes along: passing tokens to the context of a test costs more than nothing.</summary>
    private async Task<int> Count(GenerationOptions options)
    {
        int count = 0;
        await foreach (GeneratedToken token in _model.StreamAsync(Source, options).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }
}
