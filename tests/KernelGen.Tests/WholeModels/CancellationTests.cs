using System.Collections;
using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>A cancelled call ends with an exception, gives its memory back, and shows in no other.</summary>
public sealed class CancellationTests : IDisposable
{
    private static readonly int[] Source = [4, 5, 6, 7];
    private static readonly int[] Target = [1, 8, 9];
    private static readonly GenerationOptions Beam = new() { BeamSize = 3 };

    private readonly GoldenVanilla _model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description, seed: 3)));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Every_call_that_is_cancelled_before_it_begins_throws_and_takes_no_memory()
    {
        var cancelled = new CancellationToken(canceled: true);
        foreach (Action call in new Action[]
        {
            () => _model.Generate(Source, cancellationToken: cancelled),
            () => _model.Generate(Source, Beam, cancelled),
            () => _model.Generate([Source, Target], Beam, cancelled),
            () => _model.Generate(new[,] { { 4, 5 }, { 6, 0 } }, cancellationToken: cancelled),
            () => _model.Stream(Source, cancellationToken: cancelled).Any(),
            () => _model.Score(Source, Target, cancelled),
            () => _model.Logits(Source, Target, cancelled),
            () => _model.Encode(Source, cancelled),
            () => _model.CrossAttention(Source, Target, cancelled),
            () => _model.SelfAttention(Source, Target, cancelled),
            () => _model.EmbedSource(Source, cancelled),
            () => _model.EmbedTarget(Target, cancelled),
        })
        {
            Assert.Equal(cancelled, Assert.Throws<OperationCanceledException>(call).CancellationToken);
        }

        Assert.Equal(0, _model.IdleMemory);
    }

    [Fact]
    public void Bad_input_is_told_of_though_the_call_is_cancelled() =>
        Assert.Throws<ArgumentException>(() => _model.Generate(ReadOnlySpan<int>.Empty, cancellationToken: new CancellationToken(canceled: true)));

    /// <summary>What calls are made of, each a part of one token or of one encoder layer.</summary>
    [Theory]
    [InlineData(WeightPrecision.Float32)]
    [InlineData(WeightPrecision.Int8)]
    public void Encoding_decoding_and_projecting_each_look_at_the_token(WeightPrecision precision)
    {
        using Engine engine = ModelLoader.Load(
            TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)),
            GoldenVanilla.Description,
            new ModelLoadOptions { InstructionSet = InstructionSet.Portable, Precision = precision },
            static (packed, _) => Engine.Create<GoldenVanilla.PortableKernels>(packed));
        foreach (Action<Engine, Workspace> part in new Action<Engine, Workspace>[]
        {
            static (engine, workspace) => engine.Encode(workspace, Source, [0]),
            static (engine, workspace) => engine.DecodeStep(workspace, [1], [0]),
            static (engine, workspace) => engine.Project(workspace, firstRow: 0, rows: 1),
            static (engine, workspace) => engine.BestTokens(workspace, rows: 1, new int[1]),
            static (engine, workspace) => workspace.Sharing.Attention(engine, count: 1),
        })
        {
            using var source = new CancellationTokenSource();
            Workspace workspace = engine.Rent(source.Token);
            workspace.Reserve([Source.Length], targetLength: 4, targetRows: 1);
            engine.Encode(workspace, Source, [0]);
            engine.DecodeStep(workspace, [1], [0]);
            source.Cancel();
            Assert.Throws<OperationCanceledException>(() => part(engine, workspace));
            engine.Return(workspace);

            // The next call that gets the memory is not cancelled.
            workspace = engine.Rent();
            workspace.Reserve([Source.Length], targetLength: 4, targetRows: 1);
            engine.Encode(workspace, Source, [0]);
            engine.Return(workspace);
        }
    }

    /// <summary>Of a long source one layer's attention takes minutes: it is computed in blocks of rows, each after a look at the token.</summary>
    [Theory]
    [InlineData(1, 16)]
    [InlineData(128, 256)]
    [InlineData(512, 512)]
    [InlineData(1500, 512)]
    [InlineData(65_536, 512)]
    [InlineData(1 << 24, 8192)]
    public void A_block_of_attention_has_few_products_and_whole_tiles(int visible, int width)
    {
        int rows = AttentionTask.RowsAtOnce(visible, width);
        long most = visible < 512 ? 1 << 22 : 5L << 28;
        Assert.True(rows == 48 || (rows > 0 && rows % 48 == 0 && (long)rows * visible * width <= most), $"{rows} rows");
    }

    [Fact]
    public void Attention_in_blocks_has_the_bits_of_row_after_row()
    {
        using Translator model = Translator.Load(TensorFile.Write(RandomCheckpoint.Create(Translator.Description, seed: 5)));
        var samples = new Samples(6);
        int[] source = samples.Tokens(model.MaxSourceLength, model.SourceVocabularySize);
        int[] target = samples.Tokens(model.MaxTargetLength, model.TargetVocabularySize);
        Assert.InRange(AttentionTask.RowsAtOnce(target.Length, Translator.Description.AttentionWidth), 1, target.Length - 1);
        float[] together = model.Logits(source, target);
        foreach (int length in new[] { 1, 47, 48, 49, 96, 97, 127 })
        {
            float[] alone = model.Logits(source, target.AsSpan(0, length));
            BitAssert.Equal(alone.AsSpan(^model.TargetVocabularySize..), together.AsSpan((length - 1) * model.TargetVocabularySize, model.TargetVocabularySize), $"position {length - 1}");
        }
    }

    [Fact]
    public void A_list_is_cancelled_between_its_groups_and_its_memory_serves_the_next_call()
    {
        int[][] sources = [.. Enumerable.Range(0, 150).Select(i => new[] { 4 + (i % 20), 5 })];
        foreach (GenerationOptions options in new[] { new GenerationOptions(), Beam })
        {
            using var cancellation = new CancellationTokenSource();

            // Each source is asked for once to be checked, and once more when its group begins.
            var list = new ObservedList(sources, asked =>
            {
                if (asked == sources.Length + 70)
                {
                    cancellation.Cancel();
                }
            });
            Assert.Throws<OperationCanceledException>(() => _model.Generate(list, options, cancellation.Token));
            Assert.True(list.Asked < 2 * sources.Length);
            Assert.True(_model.IdleMemory > 0);
            long idle = _model.IdleMemory;
            GenerationResult[] results = _model.Generate(sources, options);
            Assert.Equal(idle, _model.IdleMemory);
            for (int i = 0; i < sources.Length; i++)
            {
                ResultAssert.Same(_model.Generate(sources[i], options), results[i], $"source {i}");
            }
        }
    }

    [Fact]
    public void A_list_is_cancelled_while_it_is_checked()
    {
        using var cancellation = new CancellationTokenSource();
        var list = new ObservedList([.. Enumerable.Repeat(Source, 1000)], asked =>
        {
            if (asked == 10)
            {
                cancellation.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => _model.Generate(list, cancellationToken: cancellation.Token));
        Assert.Equal(10, list.Asked);
    }

    [Fact]
    public void A_stream_that_is_cancelled_yields_no_further_token()
    {
        int[] expected = [.. _model.Stream(Source).Select(static token => token.Token)];
        for (int count = 1; count < 5; count++)
        {
            using var cancellation = new CancellationTokenSource();
            var tokens = new List<int>();
            Assert.Throws<OperationCanceledException>(() =>
            {
                foreach (GeneratedToken token in _model.Stream(Source, cancellationToken: cancellation.Token))
                {
                    tokens.Add(token.Token);
                    if (tokens.Count == count)
                    {
                        cancellation.Cancel();
                    }
                }
            });
            Assert.Equal(expected[..count], tokens);
        }

        Assert.Equal(_model.CallMemory(1, Source.Length, new GenerationOptions { ParallelGreedy = false }), _model.IdleMemory);
        Assert.Equal(expected, _model.Stream(Source).Select(static token => token.Token));
    }

    [Fact]
    public void A_call_that_is_not_cancelled_does_not_notice_that_others_are()
    {
        using var cancellation = new CancellationTokenSource();
        int[] expected = [.. _model.Stream(Source).Select(static token => token.Token)];
        using IEnumerator<GeneratedToken> cancelled = _model.Stream(Source, cancellationToken: cancellation.Token).GetEnumerator();
        using IEnumerator<GeneratedToken> other = _model.Stream(Source).GetEnumerator();
        Assert.True(cancelled.MoveNext());
        Assert.True(other.MoveNext());
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => cancelled.MoveNext());
        var tokens = new List<int>();
        do
        {
            tokens.Add(other.Current.Token);
        }
        while (other.MoveNext());
        Assert.Equal(expected, tokens);
    }

    /// <summary>A list that tells how often it has been asked for a source.</summary>
    private sealed class ObservedList(int[][] sources, Action<int> asking) : IReadOnlyList<int[]>
    {
        public int Asked { get; private set; }

        public int Count => sources.Length;

        public int[] this[int index]
        {
            get
            {
                asking(++Asked);
                return sources[index];
            }
        }

        public IEnumerator<int[]> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
