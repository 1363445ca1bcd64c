using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests;

/// <summary>A Whisper in plain loops, and the searches of OpenAI's <c>decoding.py</c>: the oracle that transcription is tested with before there are kernels.</summary>
internal sealed class ReferenceWhisper : IWindowModel
{
    private const int HeadSize = 16;
    private readonly Dictionary<string, Tensor> _tensors;
    private readonly int _dimension;
    private readonly int _encoderLayers;
    private readonly ConcurrentDictionary<ulong, ReferenceWindow> _windows = new();

    public ReferenceWhisper(string path)
    {
        _tensors = TensorFile.Read(path);
        Tensor embedding = _tensors["model.decoder.embed_tokens.weight"];
        _dimension = embedding.Shape[1];
        _encoderLayers = Layers("encoder");
        Shape = new WindowShape(
            Bins: _tensors["model.encoder.conv1.weight"].Shape[1],
            Frames: 2 * _tensors["model.encoder.embed_positions.weight"].Shape[0],
            Positions: _tensors["model.encoder.embed_positions.weight"].Shape[0],
            MaximumTargetLength: _tensors["model.decoder.embed_positions.weight"].Shape[0],
            VocabularySize: embedding.Shape[0],
            DecoderLayers: Layers("decoder"),
            DecoderHeads: _dimension / HeadSize);
    }

    public WindowShape Shape { get; }

    public IEncodedWindow Encode(ReadOnlySpan<float> logMel, ModelCall call)
    {
        call.Cancellation.ThrowIfCancellationRequested();
        Assert.Equal(Shape.Frames * Shape.Bins, logMel.Length);
        float[] input = logMel.ToArray();
        return _windows.GetOrAdd(Hash(input), _ => Encode(input));
    }

    public DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call)
    {
        var decoded = new DecodedWindow[requests.Length];
        for (int i = 0; i < requests.Length; i++)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            decoded[i] = Decode(requests[i], search);
        }

        return decoded;
    }

    public void ComputeLogits(IEncodedWindow window, ReadOnlySpan<int> tokens, Span<float> logits, ModelCall call)
    {
        ReferenceTarget target = NewTarget();
        foreach (int token in tokens)
        {
            Step((ReferenceWindow)window, target, token, wantsLogits: true);
        }

        target.Logits.CopyTo(logits);
    }

    public WindowAlignment Align(IEncodedWindow window, AlignmentRequest request, ModelCall call)
    {
        ReferenceTarget target = NewTarget();
        int count = request.Tokens.Length;
        float[] attention = new float[request.Heads.Length * count * Shape.Positions];
        var probabilities = new List<float>();
        for (int i = 0; i < count; i++)
        {
            int row = i;
            Step((ReferenceWindow)window, target, request.Tokens[i], wantsLogits: true, (layer, head, weights) =>
            {
                int place = request.Heads.IndexOf(new AttentionHead(layer, head));
                if (place >= 0)
                {
                    weights.CopyTo(attention.AsSpan(((place * count) + row) * Shape.Positions));
                }
            });
            if (i + 1 >= request.FirstText && i + 2 < count)
            {
                probabilities.Add((float)Math.Exp(LogSoftmax(target.Logits.AsSpan(0, request.TextLimit))[request.Tokens[i + 1]]));
            }
        }

        return new WindowAlignment(attention, [.. probabilities]);
    }

    private static ulong Hash(float[] numbers)
    {
        ulong hash = 14_695_981_039_346_656_037;
        foreach (uint bits in MemoryMarshal.Cast<float, uint>(numbers))
        {
            hash = (hash ^ bits) * 1_099_511_628_211;
        }

        return hash;
    }

    private static double[] LogSoftmax(ReadOnlySpan<float> logits)
    {
        double highest = double.NegativeInfinity;
        foreach (float logit in logits)
        {
            highest = Math.Max(highest, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - highest);
        }

        double[] result = new double[logits.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = logits[i] - highest - Math.Log(sum);
        }

        return result;
    }

    private DecodedWindow Decode(WindowRequest request, DecodingSearch search)
    {
        var window = (ReferenceWindow)request.Window;
        ReferenceTarget start = NewTarget();
        double noSpeech = 0;
        for (int i = 0; i < request.Prompt.Length; i++)
        {
            Step(window, start, request.Prompt[i], wantsLogits: i == request.StartOfTranscript || i == request.Prompt.Length - 1);
            if (i == request.StartOfTranscript)
            {
                noSpeech = Math.Exp(LogSoftmax(start.Logits)[search.NoSpeechToken!.Value]);
            }
        }

        List<(int[] Tokens, double LogProbability)> found = search.BeamSize > 1
            ? BeamSearch(request, search, start)
            : [.. Enumerable.Range(0, search.SampleCount).Select(sample => Follow(request, search, start.Copy(), sample))];
        (int[] tokens, double logProbability) = found.MaxBy(hypothesis => Score(hypothesis.LogProbability, hypothesis.Tokens.Length, search.LengthPenalty));
        return new DecodedWindow([.. tokens], logProbability, noSpeech);
    }

    private static double Score(double logProbability, int length, double? lengthPenalty) =>
        logProbability / (lengthPenalty is { } penalty ? Math.Pow((5.0 + length) / 6, penalty) : Math.Max(1, length));

    /// <summary>Greedy search, or one sample.</summary>
    private (int[] Tokens, double LogProbability) Follow(WindowRequest request, DecodingSearch search, ReferenceTarget target, int sample)
    {
        var random = new Random((int)(request.RandomKey % int.MaxValue) + sample);
        for (int i = 0; i < request.MaximumTokens; i++)
        {
            request.Rules.Apply(target.Logits, CollectionsMarshal.AsSpan(target.Written));
            int token = Choose(target.Logits, search.Temperature, random);
            target.LogProbability += LogSoftmax(target.Logits)[token];
            if (token == search.EndToken)
            {
                break;
            }

            target.Written.Add(token);
            if (i + 1 < request.MaximumTokens)
            {
                Step((ReferenceWindow)request.Window, target, token, wantsLogits: true);
            }
        }

        return ([.. target.Written], target.LogProbability);
    }

    private static int Choose(float[] logits, double temperature, Random random)
    {
        int best = Array.IndexOf(logits, logits.Max());
        if (temperature == 0)
        {
            return best;
        }

        double[] weights = [.. logits.Select(logit => Math.Exp((logit - logits[best]) / temperature))];
        double point = random.NextDouble() * weights.Sum();
        for (int token = 0; token < weights.Length; token++)
        {
            point -= weights[token];
            if (point < 0)
            {
                return token;
            }
        }

        return best;
    }

    private List<(int[] Tokens, double LogProbability)> BeamSearch(WindowRequest request, DecodingSearch search, ReferenceTarget start)
    {
        int wanted = (int)Math.Round(search.BeamSize * search.Patience);
        var finished = new List<(int[] Tokens, double LogProbability)>();
        List<ReferenceTarget> beam = [start];
        for (int i = 0; i < request.MaximumTokens; i++)
        {
            var candidates = new List<(ReferenceTarget Source, int Token, double LogProbability)>();
            foreach (ReferenceTarget target in beam)
            {
                request.Rules.Apply(target.Logits, CollectionsMarshal.AsSpan(target.Written));
                double[] logProbabilities = LogSoftmax(target.Logits);
                foreach (int token in Highest(logProbabilities, search.BeamSize + 1))
                {
                    candidates.Add((target, token, target.LogProbability + logProbabilities[token]));
                }
            }

            var next = new List<ReferenceTarget>();
            var ended = new List<(int[] Tokens, double LogProbability)>();
            foreach ((ReferenceTarget source, int token, double logProbability) in candidates.OrderByDescending(static candidate => candidate.LogProbability))
            {
                if (token == search.EndToken)
                {
                    ended.Add(([.. source.Written], logProbability));
                    continue;
                }

                ReferenceTarget target = source.Copy();
                target.Written.Add(token);
                target.LogProbability = logProbability;
                next.Add(target);
                if (next.Count == search.BeamSize)
                {
                    break;
                }
            }

            finished.AddRange(ended.Take(Math.Max(0, wanted - finished.Count)));
            beam = next;
            if (finished.Count >= wanted)
            {
                break;
            }

            foreach (ReferenceTarget target in beam)
            {
                if (i + 1 < request.MaximumTokens)
                {
                    Step((ReferenceWindow)request.Window, target, target.Written[^1], wantsLogits: true);
                }
            }
        }

        foreach (ReferenceTarget target in beam.OrderByDescending(static target => target.LogProbability))
        {
            if (finished.Count < search.BeamSize)
            {
                finished.Add(([.. target.Written], target.LogProbability));
            }
        }

        return finished;
    }

    private static List<int> Highest(double[] numbers, int count)
    {
        var places = new List<int>();
        for (int i = 0; i < numbers.Length; i++)
        {
            int place = places.Count;
            while (place > 0 && numbers[i] > numbers[places[place - 1]])
            {
                place--;
            }

            if (place < count)
            {
                places.Insert(place, i);
                if (places.Count > count)
                {
                    places.RemoveAt(count);
                }
            }
        }

        return places;
    }

    private int Layers(string stack) => _tensors.Keys.Count(name => name.StartsWith($"model.{stack}.layers.", StringComparison.Ordinal) && name.EndsWith(".fc1.weight", StringComparison.Ordinal));

    private ReferenceTarget NewTarget() => new()
    {
        Keys = [.. Enumerable.Range(0, Shape.DecoderLayers).Select(_ => new float[Shape.MaximumTargetLength * _dimension])],
        Values = [.. Enumerable.Range(0, Shape.DecoderLayers).Select(_ => new float[Shape.MaximumTargetLength * _dimension])],
        Logits = new float[Shape.VocabularySize],
    };

    private ReferenceWindow Encode(float[] logMel)
    {
        float[] hidden = Convolve(Convolve(logMel, "model.encoder.conv1", stride: 1), "model.encoder.conv2", stride: 2);
        Add(hidden, _tensors["model.encoder.embed_positions.weight"].Values);
        for (int layer = 0; layer < _encoderLayers; layer++)
        {
            string name = $"model.encoder.layers.{layer}";
            float[] normed = Normalize(hidden, $"{name}.self_attn_layer_norm");
            float[] queries = Project(normed, $"{name}.self_attn.q_proj");
            float[] keys = Project(normed, $"{name}.self_attn.k_proj");
            float[] values = Project(normed, $"{name}.self_attn.v_proj");
            Add(hidden, Project(Attend(queries, keys, values, Shape.Positions), $"{name}.self_attn.out_proj"));
            FeedForward(hidden, name);
        }

        float[] memory = Normalize(hidden, "model.encoder.layer_norm");
        float[][] Cross(string projection) =>
            [.. Enumerable.Range(0, Shape.DecoderLayers).Select(layer => Project(memory, $"model.decoder.layers.{layer}.encoder_attn.{projection}"))];
        return new ReferenceWindow(memory, Cross("k_proj"), Cross("v_proj"));
    }

    /// <summary>Runs the decoder over one more token.</summary>
    private void Step(ReferenceWindow window, ReferenceTarget target, int token, bool wantsLogits, Action<int, int, float[]>? onCrossAttention = null)
    {
        float[] hidden = _tensors["model.decoder.embed_tokens.weight"].Row(token).ToArray();
        Add(hidden, _tensors["model.decoder.embed_positions.weight"].Row(target.Length).ToArray());
        for (int layer = 0; layer < Shape.DecoderLayers; layer++)
        {
            string name = $"model.decoder.layers.{layer}";
            float[] normed = Normalize(hidden, $"{name}.self_attn_layer_norm");
            Project(normed, $"{name}.self_attn.k_proj").CopyTo(target.Keys[layer], target.Length * _dimension);
            Project(normed, $"{name}.self_attn.v_proj").CopyTo(target.Values[layer], target.Length * _dimension);
            float[] queries = Project(normed, $"{name}.self_attn.q_proj");
            Add(hidden, Project(Attend(queries, target.Keys[layer], target.Values[layer], target.Length + 1), $"{name}.self_attn.out_proj"));

            normed = Normalize(hidden, $"{name}.encoder_attn_layer_norm");
            queries = Project(normed, $"{name}.encoder_attn.q_proj");
            int thisLayer = layer;
            Action<int, float[]>? onHead = onCrossAttention is null ? null : (head, weights) => onCrossAttention(thisLayer, head, weights);
            Add(hidden, Project(Attend(queries, window.Keys[layer], window.Values[layer], Shape.Positions, onHead), $"{name}.encoder_attn.out_proj"));
            FeedForward(hidden, name);
        }

        target.Length++;
        if (wantsLogits)
        {
            float[] last = Normalize(hidden, "model.decoder.layer_norm");
            float[] embedding = _tensors["model.decoder.embed_tokens.weight"].Values;
            for (int i = 0; i < target.Logits.Length; i++)
            {
                target.Logits[i] = Dot(last, embedding.AsSpan(i * _dimension, _dimension));
            }
        }
    }

    private float[] Convolve(float[] input, string name, int stride)
    {
        Tensor weights = _tensors[$"{name}.weight"];
        Tensor bias = _tensors[$"{name}.bias"];
        int outputs = weights.Shape[0];
        int inputs = weights.Shape[1];
        int frames = input.Length / inputs;

        // [outputs, 3, inputs], so that a frame's numbers lie beside their weights.
        float[] byFrame = new float[weights.Values.Length];
        for (int i = 0; i < byFrame.Length; i++)
        {
            byFrame[i] = weights.Values[(i / (3 * inputs) * 3 * inputs) + (i % inputs * 3) + (i / inputs % 3)];
        }

        float[] output = new float[frames / stride * outputs];
        for (int frame = 0; frame < frames / stride; frame++)
        {
            for (int o = 0; o < outputs; o++)
            {
                float sum = bias.Values[o];
                for (int tap = 0; tap < 3; tap++)
                {
                    int source = (frame * stride) + tap - 1;
                    if (source >= 0 && source < frames)
                    {
                        sum += Dot(input.AsSpan(source * inputs, inputs), byFrame.AsSpan(((o * 3) + tap) * inputs, inputs));
                    }
                }

                output[(frame * outputs) + o] = Gelu(sum);
            }
        }

        return output;
    }

    private void FeedForward(float[] hidden, string name)
    {
        float[] expanded = Project(Normalize(hidden, $"{name}.final_layer_norm"), $"{name}.fc1");
        Add(hidden, Project(Array.ConvertAll(expanded, Gelu), $"{name}.fc2"));
    }

    private float[] Normalize(float[] hidden, string name)
    {
        float[] weight = _tensors[$"{name}.weight"].Values;
        float[] bias = _tensors[$"{name}.bias"].Values;
        float[] normed = new float[hidden.Length];
        for (int row = 0; row < hidden.Length; row += _dimension)
        {
            double mean = 0;
            double squares = 0;
            for (int i = 0; i < _dimension; i++)
            {
                mean += hidden[row + i] / (double)_dimension;
            }

            for (int i = 0; i < _dimension; i++)
            {
                squares += (hidden[row + i] - mean) * (hidden[row + i] - mean);
            }

            double scale = 1 / Math.Sqrt((squares / _dimension) + 1e-5);
            for (int i = 0; i < _dimension; i++)
            {
                normed[row + i] = (float)(((hidden[row + i] - mean) * scale * weight[i]) + bias[i]);
            }
        }

        return normed;
    }

    private float[] Project(float[] input, string name)
    {
        Tensor weight = _tensors[$"{name}.weight"];
        float[]? bias = _tensors.TryGetValue($"{name}.bias", out Tensor? tensor) ? tensor.Values : null;
        int inputs = weight.Shape[1];
        int outputs = weight.Shape[0];
        float[] output = new float[input.Length / inputs * outputs];
        for (int row = 0; row < input.Length / inputs; row++)
        {
            for (int o = 0; o < outputs; o++)
            {
                output[(row * outputs) + o] = Dot(input.AsSpan(row * inputs, inputs), weight.Row(o)) + (bias?[o] ?? 0);
            }
        }

        return output;
    }

    private float[] Attend(float[] queries, float[] keys, float[] values, int length, Action<int, float[]>? onHead = null)
    {
        float[] output = new float[queries.Length];
        float[] weights = new float[length];
        for (int row = 0; row < queries.Length; row += _dimension)
        {
            for (int head = 0; head < _dimension / HeadSize; head++)
            {
                int offset = head * HeadSize;
                float highest = float.NegativeInfinity;
                for (int i = 0; i < length; i++)
                {
                    weights[i] = Dot(queries.AsSpan(row + offset, HeadSize), keys.AsSpan((i * _dimension) + offset, HeadSize)) / MathF.Sqrt(HeadSize);
                    highest = MathF.Max(highest, weights[i]);
                }

                double sum = 0;
                for (int i = 0; i < length; i++)
                {
                    weights[i] = MathF.Exp(weights[i] - highest);
                    sum += weights[i];
                }

                for (int i = 0; i < length; i++)
                {
                    weights[i] = (float)(weights[i] / sum);
                    for (int j = 0; j < HeadSize; j++)
                    {
                        output[row + offset + j] += weights[i] * values[(i * _dimension) + offset + j];
                    }
                }

                onHead?.Invoke(head, weights);
            }
        }

        return output;
    }

    private static void Add(float[] to, float[] what)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += what[i];
        }
    }

    private static float Dot(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var sums = Vector<float>.Zero;
        int i = 0;
        for (; i + Vector<float>.Count <= one.Length; i += Vector<float>.Count)
        {
            sums += new Vector<float>(one[i..]) * new Vector<float>(other[i..]);
        }

        float sum = Vector.Sum(sums);
        for (; i < one.Length; i++)
        {
            sum += one[i] * other[i];
        }

        return sum;
    }

    /// <summary>x/2 · (1 + erf(x/√2)), where erf is that of Abramowitz and Stegun's series, summed until it stands still.</summary>
    private static float Gelu(float x)
    {
        double z = Math.Abs(x) / Math.Sqrt(2);
        double erf = 1;
        if (z < 4.5)
        {
            double term = z;
            erf = z;
            for (int n = 1; Math.Abs(term) > 1e-12; n++)
            {
                term *= -z * z / n;
                erf += term / ((2 * n) + 1);
            }

            erf *= 2 / Math.Sqrt(Math.PI);
        }

        return (float)(0.5 * x * (1 + (Math.Sign(x) * erf)));
    }
}
