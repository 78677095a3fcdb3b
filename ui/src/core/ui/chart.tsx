// A chart with a table behind it. The library is loaded only where a page draws.
import { ActionIcon, Table, Tooltip, useComputedColorScheme } from '@mantine/core';
import { IconChartBar, IconTable } from '@tabler/icons-react';
import { BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef, useState } from 'react';
import { useWords } from '../labels';

register([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

export interface Bar {
  name: string;
  value: number;
  colour: string;
  /** Where the figure comes from. */
  onOpen?: () => void;
}

interface BarsProps {
  title: string;
  bars: Bar[];
  unit: string;
}

/** Canvas knows no custom properties: what they stand for now. */
function resolved(element: HTMLElement, colour: string): string {
  const probe = document.createElement('span');
  probe.style.color = colour;
  element.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function draw(element: HTMLElement, bars: Bar[]) {
  const chart = init(element, null, { renderer: 'canvas' });
  const text = resolved(element, 'var(--mantine-color-text)');
  const quiet = resolved(element, 'var(--mantine-color-dimmed)');
  const rows = [...bars].reverse();
  chart.setOption({
    animationDuration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 300,
    grid: { left: 0, right: 40, top: 4, bottom: 0, containLabel: true },
    xAxis: { type: 'value', show: false },
    yAxis: {
      type: 'category',
      data: rows.map((bar) => bar.name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: {
        color: quiet,
        fontSize: 12,
        fontFamily: 'Inter Variable, sans-serif',
        width: 130,
        overflow: 'truncate',
      },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 16,
        cursor: 'pointer',
        data: rows.map((bar) => ({
          value: bar.value,
          itemStyle: { color: resolved(element, bar.colour), borderRadius: 3 },
        })),
        label: { show: true, position: 'right', color: text, fontSize: 12, fontFamily: 'Inter Variable, sans-serif' },
      },
    ],
  });
  chart.on('click', ({ dataIndex }) => rows[dataIndex]?.onOpen?.());
  return chart;
}

export function Bars({ title, bars, unit }: BarsProps) {
  const words = useWords();
  const [table, setTable] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  const content = JSON.stringify(bars);
  useEffect(() => {
    if (!box.current || table) return;
    const chart = draw(box.current, bars);
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
    // The bars are new objects at each drawing of the page: their content counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [content, scheme, table]);
  return (
    <section className="surface section chart">
      <div className="chart-head">
        <h2>{title}</h2>
        <Tooltip label={words.t(table ? 'ui.chart.draw' : 'ui.chart.table')}>
          <ActionIcon
            className="no-print"
            onClick={() => setTable(!table)}
            aria-label={`${title}: ${words.t(table ? 'ui.chart.draw' : 'ui.chart.table')}`}
          >
            {table ? <IconChartBar size={16} /> : <IconTable size={16} />}
          </ActionIcon>
        </Tooltip>
      </div>
      {table ? (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{title}</Table.Th>
              <Table.Th ta="right">{unit}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {bars.map((bar) => (
              <Table.Tr key={bar.name}>
                <Table.Td>{bar.name}</Table.Td>
                <Table.Td ta="right">{bar.value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : (
        <div
          ref={box}
          className="chart-box"
          style={{ height: Math.max(90, bars.length * 30) }}
          role="img"
          aria-label={`${title}: ${bars.map((bar) => `${bar.name} ${bar.value}`).join(', ')}`}
        />
      )}
    </section>
  );
}
