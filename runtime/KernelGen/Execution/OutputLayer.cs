using KernelGen.Layout;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>Projects decoder output to logits and finds the best tokens: of all logits, or through a screen or a draft without computing all of them exactly.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
/// <typeparam name="TPrecision">How the weights are stored.</typeparam>
internal sealed unsafe class OutputLayer<TKernels, TPrecision>
    where TKernels : struct, IModelKernels
    where TPrecision : struct, IWeightPrecision
{
    /// <summary>The share of all tokens up to which it pays to copy the columns of candidates.</summary>
    private const double LargestShare = 0.5;

    private readonly Engine _engine;
    private readonly PackedModel _weights;
    private readonly ModelDescription _model;
    private readonly delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> _kernel;
    private readonly delegate*<float*, int, int, int, byte*, void> _quantizer;
    private readonly delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> _screenKernel;

    /// <summary>Runs the output projection of a model.</summary>
    /// <param name="engine">The engine, which knows the suppressed tokens.</param>
    /// <param name="weights">The packed weights.</param>
    public OutputLayer(Engine engine, PackedModel weights)
    {
        _engine = engine;
        _weights = weights;
        _model = weights.Description;
        int shape = weights.Recipe.OutputSlot.Shape;
        _kernel = TKernels.Linear<TPrecision>(shape);
        _quantizer = TKernels.QuantizerOf(shape);
        _screenKernel = TKernels.Linear<Int8Weights>(shape);
    }

    /// <summary>Projects rows of <see cref="Workspace.Hidden"/> to <see cref="Workspace.Logits"/>.</summary>
    public void Project(Workspace workspace, int firstRow, int rows) => Project(workspace, firstRow, rows, _weights.Output, workspace.Logits, PanelLayout.Panels(_model.TargetVocabularySize));

    private void Project(Workspace workspace, int firstRow, int rows, in LinearWeights weights, float* logits, int panels)
    {
        byte* input = LinearLayers<TPrecision>.Input(
            workspace, _quantizer, workspace.Hidden + ((long)firstRow * _model.ModelStride), rows, _model.ModelStride, _model.ModelDimension);
        workspace.Sharing.Linear(_kernel, input, rows, _model.ModelDimension, in weights, null, logits, panels);
    }

    /// <inheritdoc cref="Engine.GatherCandidates"/>
    public void GatherCandidates(OutputCandidates candidates, int source)
    {
        int panels = PanelLayout.Groups(PanelLayout.Panels(candidates.Tokens(source).Length)) * PanelLayout.Group;
        if (panels > PanelLayout.Panels(_model.TargetVocabularySize) * LargestShare)
        {
            return;
        }

        if (TPrecision.Value == WeightPrecision.Int8)
        {
            var layout = Int8Layout.OfInputBits(_model.QuantizedInputBits);
            candidates.Gather(source, _weights.Output, panels, layout.PaddedInputs(_model.ModelDimension) / layout.Group, layout.Group);
        }
        else
        {
            candidates.Gather(source, _weights.Output, panels, _model.ModelDimension, TPrecision.WeightSize);
        }
    }

    /// <inheritdoc cref="Engine.ProjectCandidates"/>
    public void ProjectCandidates(Workspace workspace, OutputCandidates candidates, int source, int firstRow, int rows)
    {
        float* logits = workspace.Logits + ((long)firstRow * _model.LogitsStride);
        int panels = candidates.Panels(source);
        bool isAll = panels == 0;
        Project(workspace, firstRow, rows, isAll ? _weights.Output : candidates.Columns(source), logits, isAll ? PanelLayout.Panels(_model.TargetVocabularySize) : panels);
        for (int row = 0; row < rows; row++)
        {
            var values = new Span<float>(logits + ((long)row * _model.LogitsStride), _model.LogitsStride);
            if (isAll)
            {
                candidates.Mask(source, values);
            }
            else
            {
                candidates.Spread(source, values);
            }
        }
    }

    /// <inheritdoc cref="Engine.BestTokens(Workspace, int, Span{int}, IForbiddenTokens)"/>
    public void BestTokens(Workspace workspace, int rows, Span<int> tokens, IForbiddenTokens? forbidden = null)
    {
        ModelDescription model = _model;
        bool isInt8 = TPrecision.Value == WeightPrecision.Int8;
        if (_weights.Screen is not { } screen || (isInt8 && rows > OutputScreening.MaxInt8Rows))
        {
            _engine.Project(workspace, 0, rows);
            for (int row = 0; row < rows; row++)
            {
                tokens[row] = BestAllowed(workspace, row, forbidden);
            }

            return;
        }

        ScreenLogits(
            workspace, isInt8 ? &TKernels.LogitsOfUpperBits : _screenKernel, 0, rows, screen.Weights, workspace.Quantized, workspace.Logits);
        for (int row = 0; row < rows; row++)
        {
            tokens[row] = BestOfScreened(workspace, row, workspace.Quantized + ((long)row * model.QuantizedStride), screen, forbidden);
        }
    }

    /// <inheritdoc cref="Engine.BestTokens(Workspace, int, int, Span{int})"/>
    public void BestTokens(Workspace workspace, int rows, int drafted, Span<int> tokens)
    {
        if (drafted == 0 || TPrecision.Value == WeightPrecision.Int8 || _weights.Screen is not { } screen)
        {
            BestTokens(workspace, rows, tokens);
            return;
        }

        if (drafted < rows)
        {
            ScreenLogits(
                workspace,
                _screenKernel,
                drafted,
                rows - drafted,
                screen.Weights,
                workspace.DraftInputs(drafted),
                workspace.Logits + ((long)drafted * _model.LogitsStride));
        }

        for (int row = 0; row < rows; row++)
        {
            tokens[row] = BestOfScreened(workspace, row, workspace.DraftInputs(row), screen, forbidden: null);
        }
    }

    /// <inheritdoc cref="Engine.DraftTokens"/>
    public void DraftTokens(Workspace workspace, int rows, int firstRow, Span<int> tokens)
    {
        ScreenLogits(
            workspace,
            _screenKernel,
            0,
            rows,
            _weights.Output,
            workspace.DraftInputs(firstRow),
            workspace.Logits + ((long)firstRow * _model.LogitsStride));
        for (int row = 0; row < rows; row++)
        {
            // Whatever the copy makes of numbers that are not finite is only a guess.
            _engine.Suppress(workspace, firstRow + row);
            tokens[row] = Math.Max(ArgMax(workspace, firstRow + row), 0);
        }
    }

    /// <summary>Logits of rows of <see cref="Workspace.Hidden"/> by weights of 8 bits or fewer.</summary>
    private void ScreenLogits(
        Workspace workspace,
        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel,
        int hiddenRow,
        int rows,
        in LinearWeights weights,
        byte* quantized,
        float* logits)
    {
        ModelDescription model = _model;
        _quantizer(workspace.Hidden + ((long)hiddenRow * model.ModelStride), rows, model.ModelStride, model.ModelDimension, quantized);
        LinearLayers<TPrecision>.Run(workspace, kernel, quantized, rows, model.ModelDimension, in weights, logits, model.TargetVocabularySize);
    }

    /// <summary>
    /// The best token of a row whose screened logits are there: of this row, or of a draft of it, which is only farther away (<see cref="OutputScreening"/>).
    /// </summary>
    private int BestOfScreened(Workspace workspace, int row, byte* quantized, in OutputScreen screen, IForbiddenTokens? forbidden)
    {
        ModelDescription model = _model;
        bool isInt8 = TPrecision.Value == WeightPrecision.Int8;
        float* input = workspace.Hidden + ((long)row * model.ModelStride);
        float* logits = workspace.Logits + ((long)row * model.LogitsStride);
        bool isBounded = isInt8
            ? OutputScreening.TryBoundUpperBits(quantized, model, *screen.Limits, out OutputScreening.ErrorBound bound)
            : OutputScreening.TryBound(input, quantized, model, *screen.Limits, out bound);
        byte* exactInput = isInt8 ? quantized : (byte*)input;
        if (isBounded && BestAllowed(workspace, row, forbidden) is >= 0 and var best)
        {
            return OutputScreening.Best<TPrecision>(exactInput, logits, best, bound, screen, _weights.Output, model);
        }

        LinearLayers<TPrecision>.Run(workspace, _kernel, exactInput, 1, model.ModelDimension, _weights.Output, logits, model.TargetVocabularySize);
        return BestAllowed(workspace, row, forbidden);
    }

    /// <summary>The best token of a row of logits, exact or not, among those that may come; the logits of the others become minus infinity.</summary>
    private int BestAllowed(Workspace workspace, int row, IForbiddenTokens? forbidden)
    {
        _engine.Suppress(workspace, row);
        forbidden?.Forbid(row, _engine.Logits(workspace, row));
        return _engine.BestOfAll(workspace, row);
    }

    /// <inheritdoc cref="Engine.ArgMax"/>
    public int ArgMax(Workspace workspace, int row)
    {
        float* logits = workspace.Logits + ((long)row * _model.LogitsStride);
        int token = TKernels.ArgMax(logits);
        return token >= 0 && !float.IsPositiveInfinity(logits[token]) ? token : NonFiniteLogits.NoToken;
    }
}
